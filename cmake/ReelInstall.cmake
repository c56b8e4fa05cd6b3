# What `cmake --install` lays down: libreel.a, include/reel/ and the files behind find_package(reel).

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/reel)

install(TARGETS reel reel_compat_torch EXPORT reelTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT reelTargets NAMESPACE reel:: DESTINATION ${config_dir})

# By name and not by directory, so that a folder's sources and pages stay behind. So do the kernels,
# the headers of core/ that lead up to them, and what operations share among themselves.
file(READ ${PROJECT_SOURCE_DIR}/autograd/ops.h contents)
foreach(folder IN LISTS REEL_PUBLIC_FOLDERS)
  file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.h)
  foreach(header IN LISTS headers)
    file(STRINGS ${header} shows_kernels REGEX "<reel/core/kernels/")
    cmake_path(GET header FILENAME name)
    string(FIND "${contents}" "<reel/${folder}/${name}>" listed)
    if(NOT shows_kernels AND (NOT folder STREQUAL "autograd/ops" OR listed GREATER -1))
      install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/reel/${folder})
    endif()
  endforeach()
endforeach()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/compat/torch DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/reel/compat
  FILES_MATCHING PATTERN *.h)
install(FILES ${PROJECT_SOURCE_DIR}/reel.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/reel)

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/reelConfig.cmake.in
  ${PROJECT_BINARY_DIR}/reelConfig.cmake INSTALL_DESTINATION ${config_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/reelConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/reelConfig.cmake
  ${PROJECT_BINARY_DIR}/reelConfigVersion.cmake
  DESTINATION ${config_dir})
