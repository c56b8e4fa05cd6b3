# What `cmake --install` lays down: libreel.a, include/reel/ and the files behind find_package(reel).

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/reel)

install(TARGETS reel EXPORT reelTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT reelTargets NAMESPACE reel:: DESTINATION ${config_dir})

# By name and not by directory, so that a folder's sources, kernels and pages stay behind.
foreach(folder IN LISTS REEL_PUBLIC_FOLDERS)
  file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.h)
  install(FILES ${headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/reel/${folder})
endforeach()
install(FILES ${PROJECT_SOURCE_DIR}/reel.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/reel)

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/reelConfig.cmake.in
  ${PROJECT_BINARY_DIR}/reelConfig.cmake INSTALL_DESTINATION ${config_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/reelConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/reelConfig.cmake
  ${PROJECT_BINARY_DIR}/reelConfigVersion.cmake
  ${PROJECT_SOURCE_DIR}/cmake/FindOpenBLAS.cmake
  DESTINATION ${config_dir})
