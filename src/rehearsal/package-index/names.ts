import type { IndexState } from './state.ts';

/** A name as indexes compare it: https://peps.python.org/pep-0503/#normalized-names */
export function normalized(name: string): string {
  return name
    .toLowerCase()
    .split(/[-_.]+/)
    .join('-');
}

/** A name as PyPI compares it for similarity: no separators, and letters that look like digits replaced by them. */
function lookAlike(name: string): string {
  return name.toLowerCase().replace(/[-_.]/g, '').replace(/[li]/g, '1').replaceAll('o', '0');
}

/** Whether a name is well-formed: `warehouse/utils/project.py`. */
export function isProjectName(name: string): boolean {
  return /^[a-z0-9]$|^[a-z0-9][a-z0-9._-]*[a-z0-9]$/i.test(name);
}

/** Why a project of that name cannot be created. */
export type NameRefusal = 'invalid' | 'prohibited' | 'standard-library' | 'existing' | 'similar';

/** The verdict of `check_project_name` in `warehouse/packaging/services.py`; undefined if the name is available. */
export function nameRefusal({ projects }: IndexState, name: string): NameRefusal | undefined {
  if (!isProjectName(name)) return 'invalid';
  if (projects.some((it) => normalized(it.name) === normalized(name))) return 'existing';
  if (prohibited.has(normalized(name))) return 'prohibited';
  if (standardLibrary.has(normalized(name))) return 'standard-library';
  return projects.some((it) => lookAlike(it.name) === lookAlike(name)) ? 'similar' : undefined;
}

/** Names of files that people meant to pass to pip. */
const prohibited = new Set(['requirements-txt', 'rrequirements-txt', 'requirementstxt']);

/** Standard library modules of all Python versions still in use, normalised. */
const standardLibrary = new Set(
  `2to3 abc aifc antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii binhex bisect
  builtins bz2 calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall compression concurrent
  configparser contextlib contextvars copy copyreg cprofile crypt csv ctypes curses dataclasses datetime dbm decimal difflib
  dis distutils doctest dummy-threading email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch
  formatter fractions ftplib functools future gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac
  html http idlelib imaplib imghdr imp importlib inspect io ipaddress itertools json keyword lib2to3 linecache locale logging
  lzma macpath mailbox mailcap main marshal math mimetypes mmap modulefinder msilib msvcrt multiprocessing netrc nis nntplib
  nt ntpath nturl2path numbers opcode operator optparse os ossaudiodev parser pathlib pdb pickle pickletools pipes pkgutil
  platform plistlib poplib posix posixpath pprint profile pstats pty pwd py-compile pyclbr pydoc pydoc-data pyexpat queue
  quopri random re readline reprlib resource rlcompleter runpy sched secrets select selectors shelve shlex shutil signal site
  smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre-compile sre-constants sre-parse ssl stat statistics string
  stringprep struct subprocess sunau symbol symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile termios
  textwrap this thread threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc tty turtle turtledemo
  types typing unicodedata unittest urllib uu uuid venv warnings wave weakref webbrowser winreg winsound wsgiref xdrlib xml
  xmlrpc zipapp zipfile zipimport zlib zoneinfo`.split(/\s+/),
);
