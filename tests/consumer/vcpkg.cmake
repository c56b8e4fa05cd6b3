# Runs packaging/vcpkg/portfile.cmake with functions that do what vcpkg's of the same names do, as far as the port needs.
# vcpkg_port(static|dynamic <folder of the package> <build tree>), with the options of cmake in `options` and `reused`.

function(vcpkg_cmake_configure)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" SOURCE_PATH OPTIONS)
  string(COMPARE EQUAL ${VCPKG_LIBRARY_LINKAGE} dynamic shared)
  run(${CMAKE_COMMAND} -S ${arg_SOURCE_PATH} -B ${port_build} ${options} ${reused} ${arg_OPTIONS}
    -D CMAKE_INSTALL_PREFIX=${CURRENT_PACKAGES_DIR} -D BUILD_SHARED_LIBS=${shared})
endfunction()

function(vcpkg_cmake_install)
  run(${CMAKE_COMMAND} --build ${port_build} --parallel 2 --target install)
endfunction()

# vcpkg moves the files of find_package to share/, where the prefix is one folder nearer.
function(vcpkg_cmake_config_fixup)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" CONFIG_PATH "")
  file(RENAME ${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH} ${CURRENT_PACKAGES_DIR}/share/${PORT})
  file(GLOB files ${CURRENT_PACKAGES_DIR}/share/${PORT}/*.cmake)
  set(up "get_filename_component(_IMPORT_PREFIX \"\${_IMPORT_PREFIX}\" PATH)\n")
  foreach(file IN LISTS files)
    file(READ ${file} contents)
    string(REPLACE "${up}${up}${up}" "${up}${up}" contents "${contents}")
    string(REPLACE "/../../../" "/../../" contents "${contents}")
    file(WRITE ${file} "${contents}")
  endforeach()
endfunction()

function(vcpkg_fixup_pkgconfig)
endfunction()

function(vcpkg_install_copyright)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" FILE_LIST)
  file(INSTALL ${arg_FILE_LIST} DESTINATION ${CURRENT_PACKAGES_DIR}/share/${PORT})
endfunction()

function(vcpkg_port VCPKG_LIBRARY_LINKAGE CURRENT_PACKAGES_DIR port_build)
  set(PORT reel)
  include(${checkout}/packaging/vcpkg/portfile.cmake)
endfunction()
