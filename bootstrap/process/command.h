// A program to run, as a value. Launchers return these; only the spawner turns them into processes.
#ifndef SM_BOOTSTRAP_PROCESS_COMMAND_H_
#define SM_BOOTSTRAP_PROCESS_COMMAND_H_

#include <string>
#include <vector>

#include "bootstrap/base/env_map.h"

namespace sm {

// What execve() needs. No field is ever seen by a shell.
struct Command {
  // Absolute path of the file to execute. Whoever builds the command has searched PATH.
  std::string program;
  // argv, argv[0] included.
  std::vector<std::string> argv;
  // The whole environment; nothing is inherited.
  EnvMap env;
  // Working directory; empty means ours.
  std::string directory;
};

}  // namespace sm

#endif  // SM_BOOTSTRAP_PROCESS_COMMAND_H_
