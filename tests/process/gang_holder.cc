// A bootstrapper in small: starts two children that ignore every polite request, and waits to be
// killed. They say who they are on its stdout.
#include <unistd.h>

#include "bootstrap/process/spawn.h"
#include "tests/process/gang.h"

int main() {
  for (int i = 0; i < 2; ++i) {
    auto spawned = sm::Spawn(sm::testing::Testcase("ignore_term"),
                             {.out = STDOUT_FILENO, .err = STDERR_FILENO});
    if (!std::holds_alternative<pid_t>(spawned)) return 1;
  }
  while (true) pause();
}
