// Turns a Command into a running process. The one place of the program that does.
#ifndef SM_BOOTSTRAP_PROCESS_SPAWN_H_
#define SM_BOOTSTRAP_PROCESS_SPAWN_H_

#include <sys/types.h>

#include <variant>

#include "bootstrap/process/command.h"
#include "bootstrap/process/exit_result.h"

namespace sm {

// Which of our descriptors become the child's standard streams; -1 is /dev/null. They stay ours and
// stay open here.
struct SpawnIo {
  int in = -1;
  int out = -1;
  int err = -1;
};

// Starts `command` and returns its pid once the program has replaced our image, or why that did not
// happen; then no process is left behind. Costs the same however much memory we have.
//
// The child leads a process group of its own, has default signal dispositions and an empty mask, no
// descriptor but its standard streams, and is killed when the calling thread ends, so call this
// from a thread that lives as long as its children may: the event loop's. Its exit is for the
// Reaper of that same thread to collect.
std::variant<pid_t, NotStarted> Spawn(const Command& command, const SpawnIo& io);

}  // namespace sm

#endif  // SM_BOOTSTRAP_PROCESS_SPAWN_H_
