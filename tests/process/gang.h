// A supervisor with everything it lives on, and short ways to say what to run.
#ifndef SM_TESTS_PROCESS_GANG_H_
#define SM_TESTS_PROCESS_GANG_H_

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bootstrap/base/event_loop.h"
#include "bootstrap/process/output_pump.h"
#include "bootstrap/process/reaper.h"
#include "bootstrap/process/signals.h"
#include "bootstrap/process/supervisor.h"

namespace sm::testing {

// One of the misbehaving programs of tests/testcases.
inline Command Testcase(const std::string& name, std::vector<std::string> arguments = {}) {
  Command command;
  command.program = std::string(SM_TESTCASES) + "/" + name;
  command.argv = std::move(arguments);
  command.argv.insert(command.argv.begin(), name);
  return command;
}

inline Command Shell(const std::string& script) {
  return {.program = "/bin/sh",
          .argv = {"sh", "-c", script},
          .env = {{"PATH", "/usr/bin:/bin"}},
          .directory = ""};
}

inline Supervisor::Task TaskOf(Command command, std::string prefix = "") {
  return {.command = std::move(command), .output = {.prefix = std::move(prefix), .log_file = ""}};
}

class Gang {
 public:
  Gang() {
    BlockSignals();
    loop_ = EventLoop::Create().value();
    pump_ = OutputPump::Create().value();
    watcher_ =
        SignalWatcher::Create(*loop_, {.on_child = [this] { reaper_.Reap(); }, .on_stop = nullptr})
            .value();
    supervisor_ = std::make_unique<Supervisor>(
        *loop_, reaper_, *pump_,
        [this](size_t index, const ExitResult& result) { Ended(index, result); });
  }

  EventLoop& loop() { return *loop_; }
  Reaper& reaper() { return reaper_; }
  OutputPump& pump() { return *pump_; }
  Supervisor& supervisor() { return *supervisor_; }
  void DestroySupervisor() { supervisor_.reset(); }
  void DestroyPump() { pump_.reset(); }

  void Start(std::vector<Supervisor::Task> tasks) {
    results_.resize(tasks.size());
    supervisor_->Start(std::move(tasks));
  }
  // Runs the loop until every task has ended.
  void RunToEnd() {
    if (reports_ < results_.size()) loop_->Run();
  }
  // Runs the loop until task `index` has ended.
  void RunUntilEnded(size_t index) {
    awaited_ = index;
    if (!results_[index].has_value()) loop_->Run();
    awaited_.reset();
  }
  std::vector<ExitResult> Run(std::vector<Supervisor::Task> tasks) {
    Start(std::move(tasks));
    RunToEnd();
    return results();
  }
  ExitResult Run(Command command) { return Run({TaskOf(std::move(command))})[0]; }

  // Of the tasks in the order of Start(). All must have ended.
  std::vector<ExitResult> results() const {
    std::vector<ExitResult> all;
    for (const auto& result : results_) all.push_back(result.value());
    return all;
  }
  bool ended(size_t index) const { return results_[index].has_value(); }
  size_t reports() const { return reports_; }

  std::function<void(size_t, const ExitResult&)> on_exit;  // called after the result is noted

 private:
  void Ended(size_t index, const ExitResult& result) {
    ++reports_;
    results_[index] = result;
    if (on_exit) on_exit(index, result);
    if (reports_ == results_.size() || awaited_ == index) loop_->Quit();
  }

  std::unique_ptr<EventLoop> loop_;
  Reaper reaper_;
  std::unique_ptr<OutputPump> pump_;
  std::unique_ptr<SignalWatcher> watcher_;
  std::unique_ptr<Supervisor> supervisor_;
  std::vector<std::optional<ExitResult>> results_;
  size_t reports_ = 0;
  std::optional<size_t> awaited_;
};

// A pipe of which the caller reads one end; the other is for a child.
struct ReadablePipe {
  UniqueFd read_end;
  UniqueFd write_end;

  ReadablePipe() {
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) != 0) abort();
    read_end.Reset(fds[0]);
    write_end.Reset(fds[1]);
  }
  // Everything up to the end of the stream; closes our write end first.
  std::string ReadAll() {
    write_end.Reset();
    std::string text;
    char buffer[4096];
    ssize_t n;
    while ((n = read(read_end.get(), buffer, sizeof buffer)) > 0) {
      text.append(buffer, static_cast<size_t>(n));
    }
    return text;
  }
  // Up to the next newline, without it.
  std::string ReadLine() {
    std::string line;
    char c;
    while (read(read_end.get(), &c, 1) == 1 && c != '\n') line += c;
    return line;
  }
};

}  // namespace sm::testing

#endif  // SM_TESTS_PROCESS_GANG_H_
