// bench_log_pump [MEGABYTES [REPEATS]]: how fast the output pump carries 120-byte lines from
// children to our stdout, against `cat` between the same source and the same sink.
//
// Every repeat runs all cases one after the other, pump and cat in turn, so that a disturbance of
// the machine meets both. The table shows medians.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bootstrap/base/clock.h"
#include "bootstrap/base/event_loop.h"
#include "bootstrap/process/output_pump.h"
#include "bootstrap/process/reaper.h"
#include "bootstrap/process/signals.h"
#include "bootstrap/process/spawn.h"
#include "bootstrap/process/supervisor.h"

namespace sm {
namespace {

constexpr double kLineBytes = 120;

[[noreturn]] void Die(absl::string_view what) {
  std::string text = absl::StrCat("bench_log_pump: ", what, "\n");
  fputs(text.c_str(), stderr);
  exit(1);
}

struct Case {
  const char* name;
  int streams;
  bool prefixed;
  bool to_pipe;  // a pipe whose reader discards, else /dev/null
};

constexpr Case kCases[] = {
    {"1 stream, /dev/null", 1, false, false},          {"1 stream, pipe", 1, false, true},
    {"1 stream prefixed, /dev/null", 1, true, false},  {"1 stream prefixed, pipe", 1, true, true},
    {"4 streams prefixed, /dev/null", 4, true, false}, {"4 streams prefixed, pipe", 4, true, true},
};

std::pair<UniqueFd, UniqueFd> MakePipe() {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) Die("no pipe");
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

// Our stdout leads to the sink of a case until destruction, which waits until the sink has it all.
class Sink {
 public:
  explicit Sink(bool to_pipe) : saved_(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)) {
    UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!to_pipe) {
      dup2(null.get(), STDOUT_FILENO);
      return;
    }
    auto [read_end, write_end] = MakePipe();
    dup2(write_end.get(), STDOUT_FILENO);
    reader_ = std::thread([from = std::move(read_end), to = std::move(null)] {
      while (splice(from.get(), nullptr, to.get(), nullptr, size_t{1} << 20, 0) > 0) {
      }
    });
  }
  ~Sink() {
    dup2(saved_.get(), STDOUT_FILENO);
    if (reader_.joinable()) reader_.join();
  }
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

 private:
  UniqueFd saved_;
  std::thread reader_;
};

Command SourceCommand(int megabytes) {
  return {.program = SM_LINE_SOURCE,
          .argv = {"line_source", absl::StrCat(megabytes)},
          .env = {},
          .directory = ""};
}

void RunPump(const Case& c, int megabytes) {
  auto loop = EventLoop::Create().value();
  auto pump = OutputPump::Create().value();
  Reaper reaper;
  int left = c.streams;
  Supervisor supervisor(*loop, reaper, *pump, [&](size_t, const ExitResult& result) {
    if (!Succeeded(result)) Die(absl::StrCat("the source ", Describe(result)));
    if (--left == 0) loop->Quit();
  });
  auto watcher = SignalWatcher::Create(*loop, {[&] { reaper.Reap(); }, nullptr}).value();
  std::vector<Supervisor::Task> tasks;
  for (int i = 0; i < c.streams; ++i) {
    std::string prefix = c.prefixed ? absl::StrCat("[algo-1:", i, "] ") : "";
    tasks.push_back({SourceCommand(megabytes / c.streams), {prefix, ""}});
  }
  supervisor.Start(std::move(tasks));
  loop->Run();
  pump->Drain(absl::InfiniteDuration());
}

pid_t SpawnOrDie(const Command& command, const SpawnIo& io) {
  auto spawned = Spawn(command, io);
  const auto* pid = std::get_if<pid_t>(&spawned);
  if (pid == nullptr) {
    Die(absl::StrCat(command.program, " ", Describe(std::get<NotStarted>(spawned))));
  }
  return *pid;
}

// As many `source | cat` as there are streams, all with the same stdout.
void RunCat(const Case& c, int megabytes) {
  const Command cat{.program = "/bin/cat", .argv = {"cat"}, .env = {}, .directory = ""};
  std::vector<pid_t> pids;
  for (int i = 0; i < c.streams; ++i) {
    auto [read_end, write_end] = MakePipe();
    pids.push_back(SpawnOrDie(SourceCommand(megabytes / c.streams), {.out = write_end.get()}));
    pids.push_back(SpawnOrDie(cat, {.in = read_end.get(), .out = STDOUT_FILENO}));
  }
  for (pid_t pid : pids) waitpid(pid, nullptr, 0);
}

template <typename Run>
double MegabytesPerSecond(const Case& c, int megabytes, Run run) {
  const MonotonicTime start = SystemClock().Now();
  {
    Sink sink(c.to_pipe);
    run(c, megabytes);
  }
  return megabytes / absl::ToDoubleSeconds(SystemClock().Now() - start);
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Figures {
  std::vector<double> pump;
  std::vector<double> cat;
};

void Print(const Case& c, const Figures& figures) {
  const double pump = Median(figures.pump);
  const double cat = Median(figures.cat);
  printf("| %-30s | %9.0f | %15.1f | %9.0f | %10.2f |\n", c.name, pump, pump / kLineBytes, cat,
         pump / cat);
}

}  // namespace
}  // namespace sm

int main(int argc, char** argv) {
  const int megabytes = argc > 1 ? atoi(argv[1]) : 1000;
  const int repeats = argc > 2 ? atoi(argv[2]) : 5;
  if (megabytes < 4 || repeats < 1) sm::Die("usage: bench_log_pump [MEGABYTES [REPEATS]]");
  sm::BlockSignals();
  sm::Figures figures[std::size(sm::kCases)];
  for (int repeat = 0; repeat < repeats; ++repeat) {
    for (size_t i = 0; i < std::size(sm::kCases); ++i) {
      const sm::Case& c = sm::kCases[i];
      figures[i].pump.push_back(sm::MegabytesPerSecond(c, megabytes, sm::RunPump));
      figures[i].cat.push_back(sm::MegabytesPerSecond(c, megabytes, sm::RunCat));
    }
  }
  printf("%d MB of 120-byte lines, %d repeats, medians\n\n", megabytes, repeats);
  printf("| %-30s | pump MB/s | million lines/s |  cat MB/s | pump : cat |\n", "case");
  printf("|%s|----------:|----------------:|----------:|-----------:|\n",
         std::string(32, '-').c_str());
  for (size_t i = 0; i < std::size(sm::kCases); ++i) sm::Print(sm::kCases[i], figures[i]);
  return 0;
}
