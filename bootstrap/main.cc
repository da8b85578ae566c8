#include <fcntl.h>
#include <unistd.h>

#include "bootstrap/app/app.h"
#include "bootstrap/base/env_map.h"
#include "bootstrap/process/signals.h"

namespace {

// Were one of them closed, the next file that we open would take its number and the job's output.
void OpenStandardStreams() {
  for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) < 0) open("/dev/null", O_RDWR);  // gets the lowest free number: fd
  }
}

}  // namespace

int main(int argc, char** argv) {
  OpenStandardStreams();
  sm::BlockSignals();
  return sm::Main({argv, argv + argc}, sm::CurrentEnvironment());
}
