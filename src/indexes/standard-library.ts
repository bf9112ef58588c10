/**
 * Names that PyPI reserves for the standard library: modules of every Python since 2.6, normalised as on PyPI, without
 * leading or trailing underscores. Inner modules of IDLE, lib2to3, distutils, the encodings, demos and test suites are
 * omitted. `STDLIB_PROHIBITED` in `warehouse/packaging/services.py` of pypi/warehouse builds the same list from
 * https://pypi.org/project/stdlib-list/ (0.12.0, Python 3.14).
 */
export const standardLibrary: ReadonlySet<string> = new Set(
  `abc abcoll aepack aetools aetypes aifc aix-support al android-support annotationlib antigravity anydbm
  apple-support applesingle argparse array ast ast-unparse asynchat asyncio asyncio-base-events asyncio-base-futures
  asyncio-base-subprocess asyncio-base-tasks asyncio-compat asyncio-constants asyncio-coroutines asyncio-events
  asyncio-exceptions asyncio-format-helpers asyncio-futures asyncio-graph asyncio-locks asyncio-log asyncio-main
  asyncio-mixins asyncio-proactor-events asyncio-protocols asyncio-queues asyncio-runners asyncio-selector-events
  asyncio-sslproto asyncio-staggered asyncio-streams asyncio-subprocess asyncio-taskgroups asyncio-tasks
  asyncio-test-utils asyncio-threads asyncio-timeouts asyncio-tools asyncio-transports asyncio-trsock
  asyncio-unix-events asyncio-windows-events asyncio-windows-utils asyncore atexit audiodev audioop autogil base64
  basehttpserver bastion bdb binascii binhex bisect blake2 bootlocale bootsubprocess bsddb bsddb-db bsddb-dbobj
  bsddb-dbrecio bsddb-dbshelve bsddb-dbtables bsddb-dbutils buildtools builtin builtins bz2 calendar canvas carbon
  cd cfmfile cgi cgihttpserver cgitb chunk cmath cmd code codecs codecs-cn codecs-hk codecs-iso2022 codecs-jp
  codecs-kr codecs-tw codeop collections collections-abc collections-main colorize colorpicker colorsys commands
  compat-pickle compileall compiler compression compression-bz2 compression-common compression-common-streams
  compression-gzip compression-lzma compression-zlib compression-zstd compression-zstd-zstdfile concurrent
  concurrent-futures concurrent-futures-base concurrent-futures-interpreter concurrent-futures-process
  concurrent-futures-thread concurrent-interpreters concurrent-interpreters-crossinterp
  concurrent-interpreters-queues configparser contextlib contextvars cookie cookielib copy copy-reg copyreg cpickle
  cprofile crypt cstringio csv ctypes ctypes-aix ctypes-endian ctypes-layout ctypes-util ctypes-wintypes curses
  curses-ascii curses-has-key curses-panel curses-textpad curses-wrapper dataclasses datetime dbhash dbm dbm-dumb
  dbm-gnu dbm-ndbm dbm-sqlite3 decimal device dialog difflib dircache dis distutils dl doctest docxmlrpcserver
  dumbdbm dummy-thread dummy-threading easydialogs elementtree email email-base64mime email-charset
  email-contentmanager email-encoded-words email-encoders email-errors email-feedparser email-generator email-header
  email-header-value-parser email-headerregistry email-iterators email-message email-mime email-mime-application
  email-mime-audio email-mime-base email-mime-image email-mime-message email-mime-multipart email-mime-nonmultipart
  email-mime-text email-parseaddr email-parser email-policy email-policybase email-quoprimime email-utils encodings
  ensurepip ensurepip-bundled ensurepip-main ensurepip-uninstall enum errno exceptions faulthandler fcntl filecmp
  filedialog fileinput findertools fixtk fl flp fm fnmatch formatter fpectl fpformat fractions framework
  frozen-importlib frozen-importlib-external ftplib functools future future-builtins gc gdbm genericpath
  gensuitemodule getopt getpass gettext gl glob graphlib grp gzip hashlib heapq hmac hotshot html html-entities
  html-parser htmlentitydefs htmllib htmlparser http http-client http-cookiejar http-cookies http-server httplib ic
  icopen idlelib ihooks imageop imaplib imgfile imghdr imp importlib importlib-abc importlib-adapters
  importlib-bootstrap importlib-bootstrap-external importlib-common importlib-machinery importlib-metadata
  importlib-metadata-adapters importlib-metadata-collections importlib-metadata-diagnose
  importlib-metadata-functools importlib-metadata-itertools importlib-metadata-meta importlib-metadata-text
  importlib-readers importlib-resources importlib-resources-abc importlib-resources-adapters
  importlib-resources-common importlib-resources-functional importlib-resources-itertools importlib-resources-legacy
  importlib-resources-readers importlib-resources-simple importlib-simple importlib-util imputil inspect
  interpchannels interpqueues interpreters io ios-support ipaddress itertools jpeg json json-decoder json-encoder
  json-json json-main json-re json-scanner json-struct json-sys json-tool keyword lib lib-libpython3 lib2to3
  linecache linuxaudiodev locale logging logging-config logging-handlers lsprof lwpcookiejar lzma macerrors macos
  macostools macpath macresource macurl2path mailbox mailcap main markupbase marshal math md5 mhlib mimetools
  mimetypes mimewriter mimify miniaeframe mmap modulefinder mozillacookiejar msi msilib msvcrt multibytecodec
  multifile multiprocessing multiprocessing-connection multiprocessing-context multiprocessing-dummy
  multiprocessing-dummy-connection multiprocessing-forking multiprocessing-forkserver multiprocessing-heap
  multiprocessing-managers multiprocessing-pool multiprocessing-popen-fork multiprocessing-popen-forkserver
  multiprocessing-popen-spawn-posix multiprocessing-popen-spawn-win32 multiprocessing-process multiprocessing-queues
  multiprocessing-reduction multiprocessing-resource-sharer multiprocessing-resource-tracker
  multiprocessing-semaphore-tracker multiprocessing-shared-memory multiprocessing-sharedctypes multiprocessing-spawn
  multiprocessing-synchronize multiprocessing-util mutex nav netrc new nis nntplib nt ntpath nturl2path numbers
  opcode opcode-metadata operator optparse os os-path os2emxpath ossaudiodev osx-support overlapped parser pathlib
  pathlib-abc pathlib-local pathlib-os pathlib-types pdb peg-parser phello phello-foo pickle pickletools pipes
  pixmapwrapper pkgutil platform plistlib popen2 poplib posix posixfile posixpath posixshmem posixsubprocess pprint
  profile pstats pty pwd py-abc py-compile py-warnings pyclbr pydatetime pydecimal pydoc pydoc-data
  pydoc-data-topics pyexpat pyexpat-errors pyexpat-model pyio pylong pyrepl queue quopri random re re-casefix
  re-compiler re-constants re-parser readline remote-debugging repr reprlib resource rexec rfc822 rlcompleter
  robotparser runpy sched scproxy scrolledtext secrets select selectors sets sgmllib sha sha1 sha2 sha256 sha3
  sha512 shelve shlex shutil signal simpledialog simplehttpserver simplexmlrpcserver site sitebuiltins smtpd smtplib
  sndhdr socket socketserver spwd sqlite3 sqlite3-dbapi2 sqlite3-dump sqlite3-main sre sre-compile sre-constants
  sre-parse ssl stat statistics statvfs string string-templatelib stringio stringold stringprep strop strptime
  struct subprocess suggestions sunau sunaudio sunaudiodev symbol symtable sys sysconfig sysconfig-main
  sysconfigdata syslog tabnanny tarfile telnetlib tempfile termios test testbuffer testcapi testimportmultiple
  testinternalcapi testmultiphase textwrap this thread threading threading-local time timeit tix tkcolorchooser
  tkcommondialog tkconstants tkdnd tkfiledialog tkfont tkinter tkinter-colorchooser tkinter-commondialog
  tkinter-constants tkinter-dialog tkinter-dnd tkinter-filedialog tkinter-fix tkinter-font tkinter-main
  tkinter-messagebox tkinter-scrolledtext tkinter-simpledialog tkinter-tix tkinter-ttk tkmessagebox tksimpledialog
  toaiff token tokenize tomllib tomllib-parser tomllib-re tomllib-types trace traceback tracemalloc ttk tty turtle
  turtledemo types typing typing-io typing-re unicodedata unittest unittest-async-case unittest-case unittest-loader
  unittest-log unittest-main unittest-mock unittest-result unittest-runner unittest-signals unittest-suite
  unittest-util urllib urllib-error urllib-parse urllib-request urllib-response urllib-robotparser urllib2 urlparse
  user userdict userlist userstring uu uuid venv venv-main videoreader w warnings wave weakref weakrefset webbrowser
  whichdb winapi winreg winsound wmi wsgiref wsgiref-handlers wsgiref-headers wsgiref-simple-server wsgiref-types
  wsgiref-util wsgiref-validate xdrlib xml xml-dom xml-dom-domreg xml-dom-expatbuilder xml-dom-minicompat
  xml-dom-minidom xml-dom-nodefilter xml-dom-pulldom xml-dom-xmlbuilder xml-etree xml-etree-celementtree
  xml-etree-elementinclude xml-etree-elementpath xml-etree-elementtree xml-parsers xml-parsers-expat
  xml-parsers-expat-errors xml-parsers-expat-errors-dom xml-parsers-expat-errors-etree
  xml-parsers-expat-errors-parsers xml-parsers-expat-errors-sax xml-parsers-expat-model xml-parsers-expat-model-dom
  xml-parsers-expat-model-etree xml-parsers-expat-model-parsers xml-parsers-expat-model-sax xml-sax
  xml-sax-exceptions xml-sax-expatreader xml-sax-handler xml-sax-saxutils xml-sax-xmlreader xmllib xmlrpc
  xmlrpc-client xmlrpc-server xmlrpclib xxlimited xxsubinterpreters xxsubtype xxtestfuzz zipapp zipfile zipfile-main
  zipfile-path zipfile-path-glob zipimport zlib zoneinfo zoneinfo-common zoneinfo-tzpath zoneinfo-zoneinfo zstd`.split(
    /\s+/,
  ),
);
