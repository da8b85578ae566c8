# Third-party libraries, each behind one interface target so that nothing else in the tree knows
# whether it is linked statically or dynamically.
#
#   sm_dep_absl  sm_dep_protobuf  sm_dep_grpc  sm_dep_cli11  sm_dep_spdlog
#
# Static archives make one file that runs in any image with a recent enough glibc, and they save
# the 5 ms that the dynamic loader needs for gRPC's fifty shared objects at each start.

find_package(PkgConfig REQUIRED)
find_package(Protobuf REQUIRED)
find_package(CLI11 REQUIRED)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_program(SM_GRPC_CPP_PLUGIN grpc_cpp_plugin REQUIRED)

set(SM_ABSL_MODULES absl_status absl_statusor absl_strings absl_str_format absl_time absl_span
    absl_flat_hash_map absl_flat_hash_set absl_btree absl_random_random absl_hash absl_cleanup)

pkg_check_modules(SM_PC_ABSL REQUIRED ${SM_ABSL_MODULES})
pkg_check_modules(SM_PC_PROTOBUF REQUIRED protobuf)
pkg_check_modules(SM_PC_GRPC REQUIRED grpc++)

# sm_static_group(<out> <pkg-config static library names>): the archives as one linker group, a
# single word, because CMake may drop or reorder repeated words. `found` says if all exist.
function(sm_static_group out found)
  set(words "")
  set(system "")
  set(${found} TRUE PARENT_SCOPE)
  foreach(name IN LISTS ARGN)
    if(name MATCHES "^(dl|rt|m|pthread|atomic)$")
      list(APPEND system -l${name})
      continue()
    endif()
    find_library(SM_ARCHIVE_${name} NAMES lib${name}.a)
    mark_as_advanced(SM_ARCHIVE_${name})
    if(NOT SM_ARCHIVE_${name})
      set(${found} FALSE PARENT_SCOPE)
      message(STATUS "no static archive of ${name}")
    else()
      list(APPEND words ${SM_ARCHIVE_${name}})
    endif()
  endforeach()
  list(REMOVE_DUPLICATES words)
  list(REMOVE_DUPLICATES system)
  list(JOIN words "," joined)
  set(${out} "-Wl,--start-group,${joined},--end-group;${system}" PARENT_SCOPE)
endfunction()

set(SM_LINKED_STATICALLY FALSE)
if(SM_STATIC_DEPS)
  sm_static_group(SM_ABSL_GROUP have_absl ${SM_PC_ABSL_STATIC_LIBRARIES})
  sm_static_group(SM_PROTOBUF_GROUP have_protobuf ${SM_PC_PROTOBUF_STATIC_LIBRARIES})
  sm_static_group(SM_GRPC_GROUP have_grpc ${SM_PC_GRPC_STATIC_LIBRARIES} protobuf
                  ${SM_PC_ABSL_STATIC_LIBRARIES})
  if(have_absl AND have_protobuf AND have_grpc)
    set(SM_LINKED_STATICALLY TRUE)
  else()
    message(STATUS "linking dependencies dynamically")
  endif()
endif()

function(sm_dependency name group libraries)
  add_library(${name} INTERFACE)
  if(SM_LINKED_STATICALLY)
    target_link_libraries(${name} INTERFACE ${group} Threads::Threads)
  else()
    target_link_libraries(${name} INTERFACE ${libraries} Threads::Threads)
  endif()
endfunction()

sm_dependency(sm_dep_absl "${SM_ABSL_GROUP}" "${SM_PC_ABSL_LINK_LIBRARIES}")
sm_dependency(sm_dep_protobuf "${SM_PROTOBUF_GROUP}" "${SM_PC_PROTOBUF_LINK_LIBRARIES}")
sm_dependency(sm_dep_grpc "${SM_GRPC_GROUP}" "${SM_PC_GRPC_LINK_LIBRARIES}")
if(SM_LINKED_STATICALLY)
  add_link_options(-static-libstdc++ -static-libgcc)
endif()

add_library(sm_dep_cli11 INTERFACE)
target_link_libraries(sm_dep_cli11 INTERFACE CLI11::CLI11)
add_library(sm_dep_spdlog INTERFACE)
# Header-only, since Debian has no archive of either; one source file includes it.
target_compile_definitions(sm_dep_spdlog INTERFACE SPDLOG_FMT_EXTERNAL FMT_HEADER_ONLY)
