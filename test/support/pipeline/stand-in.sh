#!/bin/bash
# Stands in for Python packaging tools: creates files where the real ones would, and records each upload.
# CALLS, FILES_NAME, VCS, GIT_IS_THERE, REAL_PYTHON and REAL_GIT come from imitation.ts.
tool=${0##*/}
note() { printf '%s\t' "$@" | tr '\n' ' ' >>"$CALLS"; echo >>"$CALLS"; }
say() { echo "$tool: $*" >&2; }

# python -m X, uvx X, poetry run X etc. all mean X.
unwrap() {
  case "$tool" in
  python | python3 | python3.*)
    if [ "$1" = -m ]; then tool=$2 && shift 2
    elif [[ "$1" == *setup.py ]]; then tool=setup.py && shift
    else exec "$REAL_PYTHON" "$@"; fi
    ;;
  uvx | pipx) shift_to "$@" && return ;;
  uv | poetry | pdm | hatch) [[ "$1" == run || "$1 $2" == "tool run" ]] && shift_to "$@" && return ;;
  esac
  ARGS=("$@")
}
shift_to() {
  while [ $# -gt 0 ]; do
    case "$1" in
    twine | build | flit | poetry | pdm | hatch | maturin | cibuildwheel | python | python3 | cz | semantic-release | id)
      tool=$1 && shift && unwrap "$@"
      return 0
      ;;
    esac
    shift
  done
  exit 0
}
unwrap "$@"
set -- "${ARGS[@]}"

# The value of the first of these options: value_of '-o|--outdir' "$@"
value_of() {
  local names=$1 && shift
  while [ $# -gt 0 ]; do
    [[ "|$names|" == *"|$1|"* ]] && echo "$2" && return
    [[ "$1" == --*=* && "|$names|" == *"|${1%%=*}|"* ]] && echo "${1#*=}" && return
    shift
  done
}
git_is_there() { [ "$GIT_IS_THERE" = yes ] || grep -qsE '^(apt|apk).*git' "$INSTALLED"; }
has() { local word=$1 one && shift && for one; do [ "$one" = "$word" ] && return; done; return 1; }

written() { sed -nE 's/^ *version *= *"([^"]*)".*/\1/p' pyproject.toml setup.py 2>/dev/null | head -1; }
version() {
  local tag=${CI_COMMIT_TAG##*/} pretended
  pretended=$(env | sed -nE 's/^(SETUPTOOLS_SCM_PRETEND_VERSION[A-Z_]*|UV_DYNAMIC_VERSIONING_BYPASS|PDM_BUILD_SCM_VERSION|POETRY_DYNAMIC_VERSIONING_BYPASS)=(.+)/\2/p' | head -1)
  if [ "$VCS" = no ]; then written && return; fi
  if [ "$tool" = setup.py ] && ! grep -qs 'setuptools.scm' "$INSTALLED"; then echo 0.0.0 && return; fi
  if [ -n "$pretended" ]; then echo "${pretended#v}" && return; fi
  if ! git_is_there; then say 'LookupError: unable to detect version' && return 1; fi
  local dirty=$("$REAL_GIT" status --porcelain --untracked-files=no 2>/dev/null)
  if [ -z "$tag" ]; then echo "0.3.2.dev2"
  elif [ -n "$dirty" ]; then echo "${tag#v}.post1.dev0"
  else echo "${tag#v}"; fi
}

make_files() {
  local place=$(value_of '-o|--outdir|--out-dir|--output-dir|--output|--dist-dir|-d|--dest|-w|--wheel-dir' "$@") default=dist folder
  [ "$tool" = cibuildwheel ] && default=wheelhouse
  folder=$(value_of '--directory|-C|--project' "$@")
  for one; do [[ -d "$one" && "$one" != "$place" && "$one" != "$folder" && "$one" != build ]] && folder=$one; done
  local number
  number=$(cd "${folder:-.}" && version) || exit 1
  place=${place:-${folder:+$folder/}$default}
  mkdir -p "$place"
  local only=both
  case " $* " in
  *' --wheel '* | *' -w '* | *' bdist_wheel '*) only=wheel ;;
  esac
  case " $* " in
  *' --sdist '* | *' -s '* | *' sdist '*) [ $only = wheel ] && only=both || only=sdist ;;
  esac
  [ "$tool" = cibuildwheel ] && only=wheel
  [ $only != wheel ] && echo "$RANDOM$RANDOM" >"$place/$FILES_NAME-$number.tar.gz"
  [ $only != sdist ] && echo "$RANDOM$RANDOM" >"$place/$FILES_NAME-$number-py3-none-any.whl"
  return 0
}

upload() {
  local target=$(value_of '--repository-url|--publish-url|-r|--repository|--repo|--index|--index-url' "$@")
  local secret=$(value_of '-p|--password|--token|-t|-a|--auth' "$@") default='dist/*'
  [ "$tool" = poetry ] && default="$(value_of --dist-dir "$@")" && default="${default:-dist}/*"
  case "$tool" in
  twine) target=${target:-${TWINE_REPOSITORY_URL:-$TWINE_REPOSITORY}} secret=${secret:-$TWINE_PASSWORD} default= ;;
  uv) target=${target:-$UV_PUBLISH_URL} secret=${secret:-${UV_PUBLISH_TOKEN:-$UV_PUBLISH_PASSWORD}} ;;
  flit) target=${target:-$FLIT_INDEX_URL} secret=${secret:-$FLIT_PASSWORD} ;;
  pdm) target=${target:-$PDM_PUBLISH_REPO} secret=${secret:-$PDM_PUBLISH_PASSWORD} ;;
  hatch) target=${target:-$HATCH_INDEX_REPO} secret=${secret:-$HATCH_INDEX_AUTH} ;;
  poetry) secret=${secret:-$POETRY_PYPI_TOKEN_PYPI} ;;
  esac
  local found=() one file
  for one in "$@"; do
    [[ "$one" == -* || -d "$one" || "$one" == "$target" ]] && continue
    for file in $one; do [[ -f "$file" && "$file" =~ \.(whl|tar\.gz)$ ]] && found+=("${file##*/}"); done
  done
  if [ ${#found[@]} = 0 ]; then
    for file in $default; do [[ -f "$file" && "$file" =~ \.(whl|tar\.gz)$ ]] && found+=("${file##*/}"); done
  fi
  if [ ${#found[@]} = 0 ]; then say "there is nothing to upload here ($PWD)" && exit 1; fi
  note upload "$tool" "${target:--}" "${secret:--}" "${found[*]}"
}

case "$tool $1" in
'twine upload' | 'uv publish' | 'hatch publish' | 'maturin upload') upload "${@:2}" ;;
'poetry publish')
  has --build "$@" && make_files
  upload "${@:2}"
  ;;
'pdm publish') has --no-build "$@" || make_files; upload "${@:2}" ;;
'flit publish') make_files; upload "${@:2}" ;;
'maturin publish') make_files; upload "${@:2}" ;;
'uv build' | 'poetry build' | 'pdm build' | 'flit build' | 'hatch build' | 'maturin build') make_files "${@:2}" ;;
'pip wheel' | 'pip3 wheel') make_files "${@:2}" ;;
build\ * | cibuildwheel\ * | 'setup.py sdist' | 'setup.py bdist_wheel' | 'setup.py bdist') make_files "$@" ;;
'uv add' | 'poetry add') echo "# changed by $tool $1" >>pyproject.toml ;;
'poetry version' | 'uv version' | 'hatch version')
  for one in "${@:2}"; do [[ "$one" == [0-9]* ]] && number=$one; done
  if [ -z "$number" ]; then
    written
  else sed -i -E "s/^version *= *\".*\"/version = \"$number\"/" pyproject.toml; fi
  ;;
'pip install' | 'pip3 install' | 'uv sync' | 'uv run' | 'uv pip' | 'poetry install' | 'pdm install' | 'flit install')
  echo "$*" >>"$INSTALLED"
  for one in "$@"; do
    [[ "$one" == . || "$one" == .\[* || "$one" == ./* || "$1" == sync || "$tool $1" =~ ^(poetry|pdm|flit)\ install ]] || continue
    [ "$VCS" = yes ] && { version >/dev/null || exit 1; }
  done
  ;;
'cz bump')
  note bump "$tool"
  if grep -q 'version_provider = "pep621"' pyproject.toml && [ -z "$(written)" ]; then
    say 'NonExistentKey: Key "version" does not exist.' && exit 1
  fi
  ;;
'semantic-release version')
  note bump "$tool"
  if [ -n "$CI_COMMIT_TAG" ]; then say 'Detached HEAD state cannot match any release groups' && exit 1; fi
  make_files
  ;;
id\ *) printenv "$1_ID_TOKEN" ;;
jq\ *) echo minted ;;
curl\ * | wget\ *)
  note request "$tool" "$*"
  [[ "$*" != *mint-token* ]] || echo '{"token":"minted"}'
  ;;
'git push') note push "$*" ;;
git\ *)
  if ! git_is_there; then say 'command not found' && exit 127; fi
  exec "$REAL_GIT" "$@"
  ;;
apt-get\ * | apt\ * | apk\ *) echo "$tool $*" >>"$INSTALLED" ;;
venv\ * | 'uv venv' | virtualenv\ *)
  folder=${*: -1}
  [ "$tool $folder" = 'uv venv' ] && folder=.venv
  mkdir -p "$folder/bin" && : >"$folder/bin/activate"
  ;;
esac
# If something were wrong, it would have exited earlier.
exit 0
