# Makes the packages of Debian, unpacks them, and leaves their usr/ as the prefix.
cd "$WORK"
# [make]
cpack --config "$BUILD/CPackConfig.cmake" -G DEB -B packages
# [/make]
ls -l packages/*.deb

for package in packages/*.deb; do
  dpkg-deb --info "$package"
  dpkg --extract "$package" root
done
ln -s root/usr prefix

# What is not reel's own is declared, with versions where that matters.
dpkg-deb --field packages/libreel[0-9]*.deb Depends | grep 'libc6 (>=' | grep 'libstdc++6 (>=' | grep zlib1g
dpkg-deb --field packages/libreel-dev_*.deb Depends | grep 'libreel[0-9.]* (=' | grep zlib1g-dev
for name in root/usr/share/doc/libreel*; do
  grep -q 'Bitstream Vera' "$name/copyright"
  test -s "$name/changelog.Debian.gz"
done
# The library itself, and nothing else of reel's, is what programs need to run.
dpkg-deb --contents packages/libreel[0-9]*.deb | grep 'libreel\.so\.'
! dpkg-deb --contents packages/libreel[0-9]*.deb | grep include/
