# What `cmake --install` lays down: the libraries, include/reel/, and the files behind find_package(reel) and pkg-config.
# The component `runtime` is what programs linked with the shared library need to run; `development` is the rest.

include(CMakePackageConfigHelpers)

set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/reel)

if(REEL_INSTALL_STATIC)
  install(TARGETS reel EXPORT reel-static
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
  install(EXPORT reel-static NAMESPACE reel:: DESTINATION ${config_dir} COMPONENT development)
endif()
if(REEL_INSTALL_SHARED)
  install(TARGETS reel_shared EXPORT reel-shared
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
    COMPONENT runtime NAMELINK_COMPONENT development)
  install(EXPORT reel-shared NAMESPACE reel:: DESTINATION ${config_dir} COMPONENT development)
endif()
if(NOT REEL_INSTALL_STATIC AND NOT REEL_INSTALL_SHARED)
  message(FATAL_ERROR "reel: REEL_INSTALL_STATIC and REEL_INSTALL_SHARED are both off; one must be on")
endif()

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
      install(FILES ${header}
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/reel/${folder} COMPONENT development)
    endif()
  endforeach()
endforeach()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/compat/torch ${PROJECT_SOURCE_DIR}/compat/ATen
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/reel/compat COMPONENT development
  FILES_MATCHING PATTERN *.h)
install(FILES ${PROJECT_SOURCE_DIR}/reel.h
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/reel COMPONENT development)

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/reelConfig.cmake.in
  ${PROJECT_BINARY_DIR}/reelConfig.cmake INSTALL_DESTINATION ${config_dir}
  PATH_VARS CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/reelConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/reelConfig.cmake
  ${PROJECT_BINARY_DIR}/reelConfigVersion.cmake
  DESTINATION ${config_dir} COMPONENT development)

# Relative to where the file is, so that the prefix can be moved.
file(RELATIVE_PATH pc_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" pc_prefix ${pc_prefix})
configure_file(${PROJECT_SOURCE_DIR}/cmake/reel.pc.in ${PROJECT_BINARY_DIR}/reel.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/reel.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)

install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/io/font_license.txt
  DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT licenses)
