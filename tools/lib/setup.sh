# What the scripts of this folder share: finding what the system lacks, and building. To be sourced; needs `home`.

say() { printf 'semisup: %s\n' "$*" >&2; }

# Package and a file that it brings. The first five are needed, the last makes convolutions faster.
needed_packages=(
    libavcodec-dev '/usr/include/*libavcodec/avcodec.h /usr/include/*/libavcodec/avcodec.h'
    libavformat-dev '/usr/include/*libavformat/avformat.h /usr/include/*/libavformat/avformat.h'
    libopenblas0-openmp '/usr/lib/*/openblas-openmp/libopenblas.so.0'
    libjson-c-dev '/usr/include/json-c/json.h'
    libsqlite3-dev '/usr/include/sqlite3.h'
)
wanted_packages=(libdnnl-dev '/usr/include/dnnl.h /usr/include/*/dnnl.h')

# missing_packages PACKAGE PATTERNS...: sets `missing` to the packages of which no file is there. Starts no process.
missing_packages() {
    missing=()
    while (($#)); do
        local pattern found=
        for pattern in $2; do
            compgen -G "$pattern" >/dev/null && found=1
        done
        [[ $found ]] || missing+=("$1")
        shift 2
    done
}

# install_packages PACKAGE...: through apt, with sudo if not root; asks nothing.
install_packages() {
    command -v apt-get >/dev/null || return 1
    local as_root=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null || return 1
        as_root=(sudo)
        [[ -t 0 ]] || as_root+=(-n)
    fi
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 -qq)
    say "installing $*"
    "${apt[@]}" install -y --no-install-recommends "$@" >&2 && return
    "${apt[@]}" update >&2 && "${apt[@]}" install -y --no-install-recommends "$@" >&2
}

# Stops with 69 when Swift is not there.
require_swift() {
    command -v swift >/dev/null && return
    say "Swift is not installed, or not in PATH; install Swift 6.3 as https://www.swift.org/install/linux/ says, then try again"
    exit 69
}

# Installs the needed packages that are missing; stops with 69 when that fails.
require_packages() {
    local missing
    missing_packages "${needed_packages[@]}"
    ((${#missing[@]} == 0)) && return
    install_packages "${missing[@]}" && missing_packages "${needed_packages[@]}"
    ((${#missing[@]} == 0)) && return
    say "these packages are needed and could not be installed: ${missing[*]}"
    say "install them as root, then try again: apt-get update && apt-get install ${missing[*]}"
    exit 69
}

# Tries once to install what is only wanted. SEMISUP_PACKAGES=needed leaves it out.
want_packages() {
    local missing mark=$home/.build/semisup-packages-tried
    missing_packages "${wanted_packages[@]}"
    [[ ${#missing[@]} == 0 || ${SEMISUP_PACKAGES:-} == needed || -e $mark ]] && return
    mkdir -p "$home/.build" && : >"$mark"
    install_packages "${missing[@]}" || say "going on without ${missing[*]}: convolutions take the slower BLAS path"
}

# Whether a source is newer than the last finished build began.
is_stale() {
    [[ -x $home/.build/release/semisup && -e $home/.build/semisup-built ]] || return 0
    local sources=("$home/Package.swift" "$home/Sources")
    [[ -d $home/Plugins ]] && sources+=("$home/Plugins")
    [[ $(find "${sources[@]}" -name .build -prune -o -newer "$home/.build/semisup-built" -print -quit) ]]
}

# A digest of all that is compiled.
sources_digest() {
    (cd "$home" && find Package.swift Sources -name .build -prune -o -type f '(' -name '*.swift' -o -name '*.[ch]' -o -name '*.[ch]pp' ')' \
        -print0 | LC_ALL=C sort -z | xargs -0r sha256sum | sha256sum | cut -c-64)
}

# SwiftPM's cached plan does not notice files that come and go in the nested package, nor its cache of C modules a new
# header: the first is switched off, the second removed where sources came or went.
swift_build() {
    local now before=$home/.build/semisup-sources
    now=$(find "$home/Sources" "$home/Tests" -name .build -prune -o -type f -print 2>/dev/null)
    if [[ ! -e $before || $now != "$(<"$before")" ]]; then
        rm -rf -- "$home"/.build/*/release/ModuleCache
        mkdir -p "$home/.build" && printf '%s' "$now" >"$before"
    fi
    local digest library=$home/.build/release/libSemisupKit.so note=$home/.build/release/kit-sources
    digest=$(sources_digest)
    swift build --package-path "$home" -c release --disable-build-manifest-caching "$@" || return
    # What the kit was built from, for run.json, with the digest of the library that this is true of.
    rm -f -- "$note"
    if [[ -e $library && $(sources_digest) == "$digest" ]]; then
        printf '%s\n' "$digest" "$(sha256sum <"$library" | cut -c-64)" >"$note"
    fi
}

# kit_headers FOLDER: what the compiled modules of the kit need of its C modules, with one module map.
kit_headers() {
    local module header
    rm -rf -- "$1" && mkdir -p "$1"
    for module in CKernels CMedia CMPI CJSON COneDNN CPlugin CCrash; do
        cp -R "$home/Sources/$module/include" "$1/$module"
        printf 'module %s {\n' "$module"
        for header in "$1/$module"/*.h; do printf '    header "%s/%s"\n' "$module" "${header##*/}"; done
        printf '    export *\n}\n'
    done >"$1/module.modulemap"
    cp -R "$home/.build/checkouts/Yams/Sources/CYaml/include" "$1/CYaml"
    rm -f "$1/CYaml/module.modulemap"
    printf 'module CYaml {\n    header "CYaml/yaml.h"\n    export *\n}\n' >>"$1/module.modulemap"
}

# Puts the plugins of Plugins/ where semisup looks for them, with the records that it wants to see.
seal_plugins() {
    [[ -d $home/Plugins ]] || return 0
    local folder name release=$home/.build/release
    rm -rf -- "$release/plugins.new" && mkdir -p "$release/plugins.new"
    kit_headers "$release/include" || return
    for folder in "$home"/Plugins/*/; do
        name=${folder%/}
        name=${name##*/}
        [[ -e $folder/Entry.swift ]] || continue
        "$release/semisup" plugin seal "$release/lib$name.so" "$release/plugins.new/$name.so" || return
    done
    # What is no longer there must not be found.
    rm -rf -- "$release/plugins" && mv -- "$release/plugins.new" "$release/plugins"
}

# Builds the executable and the plugins unless another launch has just done so.
build() {
    mkdir -p "$home/.build"
    local lock
    exec {lock}>"$home/.build/semisup-lock"
    flock -n "$lock" || { say "waiting for another build"; flock "$lock"; }
    if is_stale; then
        want_packages
        say "building; the first time takes some minutes"
        : >"$home/.build/semisup-building"
        if ! swift_build </dev/null >&2 {lock}>&- || ! seal_plugins {lock}>&-; then
            say "the build failed; the messages above say why"
            exit 70
        fi
        mv "$home/.build/semisup-building" "$home/.build/semisup-built"
    fi
    exec {lock}>&-
}
