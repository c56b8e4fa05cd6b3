# reel from the checkout that this port is in.
cmake_path(SET SOURCE_PATH NORMALIZE "${CMAKE_CURRENT_LIST_DIR}/../..")

string(COMPARE EQUAL "${VCPKG_LIBRARY_LINKAGE}" static INSTALL_STATIC)
string(COMPARE EQUAL "${VCPKG_LIBRARY_LINKAGE}" dynamic INSTALL_SHARED)

vcpkg_cmake_configure(
  SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS
    -DREEL_BUILD_TESTS=OFF
    -DREEL_BUILD_EXAMPLES=OFF
    -DREEL_BUILD_BENCH=OFF
    -DREEL_INSTALL_STATIC=${INSTALL_STATIC}
    -DREEL_INSTALL_SHARED=${INSTALL_SHARED})
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/reel)
vcpkg_fixup_pkgconfig()

file(REMOVE_RECURSE
  "${CURRENT_PACKAGES_DIR}/debug/include"
  "${CURRENT_PACKAGES_DIR}/debug/share"
  "${CURRENT_PACKAGES_DIR}/share/doc")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE" "${SOURCE_PATH}/io/font_license.txt")
file(WRITE "${CURRENT_PACKAGES_DIR}/share/${PORT}/usage" "reel provides CMake targets:

  find_package(reel CONFIG REQUIRED)
  target_link_libraries(main PRIVATE reel::reel)
")
