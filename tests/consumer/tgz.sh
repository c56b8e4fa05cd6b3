# Makes the archive, and leaves what is in it as the prefix.
cd "$WORK"
# [make]
cpack --config "$BUILD/CPackConfig.cmake" -G TGZ -B packages
# [/make]
mkdir prefix
# [unpack]
tar -xzf packages/reel-*.tar.gz --strip-components=1 -C "$PREFIX"
# [/unpack]
test -s prefix/share/doc/reel/font_license.txt
