# A program built by hand, with what pkg-config says: against the shared library, and without any.
cd "$(dirname "$0")"
libreel_pc=$(find "$PREFIX" -name reel.pc)
export PKG_CONFIG_PATH="${libreel_pc%/*}"
out=$WORK
: "${CXX:=c++}"

# [shared]
$CXX -std=c++20 -O2 consumer.cpp $(pkg-config --cflags --libs reel) -o "$out/consumer"
# [/shared]
LD_LIBRARY_PATH=$(pkg-config --variable=libdir reel) "$out/consumer"
readelf -d "$out/consumer" | grep -q 'NEEDED.*libreel\.so\.'

# [static]
$CXX -std=c++20 -O2 -static consumer.cpp $(pkg-config --static --cflags --libs reel) -o "$out/consumer_static"
# [/static]
"$out/consumer_static"

# Headers that do not fit the library: the program does not link, and the linker's message names the reason.
wrong() {
  if "$@" 2>"$out/wrong.log"; then
    echo "accepted: $*" >&2
    exit 1
  fi
}
wrong $CXX -std=c++20 -D_GLIBCXX_USE_CXX11_ABI=0 consumer.cpp $(pkg-config --cflags --libs reel) -o "$out/wrong"
grep -q 'reel_abi_.*_pre_cxx11' "$out/wrong.log"

# Compiled with headers of another version: nor does it link with those.
header=reel/core/version.h
mkdir -p "$out/later/reel/core"
sed 's/\(define REEL_VERSION_MINOR\) .*/\1 999/' "$(pkg-config --variable=includedir reel)/$header" >"$out/later/$header"
later="$CXX -std=c++20 -I$out/later consumer.cpp -o $out/later/consumer $(pkg-config --cflags --libs reel)"
wrong $later
symbol=$(grep -o 'reel_abi_0_999_[a-z0-9]*' "$out/wrong.log" | head -n 1)

# If its own library was there when it was linked, and this one is when it starts, it does not start.
echo "extern \"C\" { extern const char $symbol[]; const char $symbol[1] = {}; }" |
  $CXX -x c++ -shared -fPIC - -o "$out/later/libreel_of_then.so"
$later -L"$out/later" -lreel_of_then
echo "int nothing;" | $CXX -x c++ -shared -fPIC - -o "$out/later/libreel_of_then.so"
wrong env LD_LIBRARY_PATH="$(pkg-config --variable=libdir reel):$out/later" "$out/later/consumer"
grep -q "undefined symbol: $symbol" "$out/wrong.log"
