// How long a rendezvous takes and what it costs, by the number of hosts.
//
//   bench_rendezvous [--repeats R] [HOSTS...]
//
// One process is the leader and one holds a client for every host, each with a TCP connection of
// its own over the loopback. The time is from the first client's start to the last one's world;
// memory is the peak of resident memory of each process, CPU time what both used for it. Of R runs
// the median of each figure is shown.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "bootstrap/base/log.h"
#include "bootstrap/base/mutex.h"
#include "rendezvous/client/client.h"
#include "rendezvous/client/worker.h"
#include "rendezvous/service/service.h"

namespace sm::rendezvous {
namespace {

constexpr absl::Duration kPatience = absl::Minutes(5);

// What a process reports when it is done.
struct Usage {
  double seconds = 0;  // of the rendezvous; only the clients know
  double cpu_seconds = 0;
  double peak_mib = 0;
};

struct Figures {
  double seconds = 0;
  double leader_mib = 0;
  double both_mib = 0;
  double leader_cpu = 0;
  double both_cpu = 0;
};

[[noreturn]] void Die(const std::string& why) {
  std::fprintf(stderr, "bench_rendezvous: %s\n", why.c_str());
  std::_Exit(1);
}

double PeakMib() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word != "VmHWM:") continue;
    double kib = 0;
    status >> kib;
    return kib / 1024;
  }
  Die("/proc/self/status has no VmHWM");
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

template <typename T>
void WriteTo(int fd, const T& value) {
  if (write(fd, &value, sizeof(value)) != sizeof(value)) Die("a pipe broke");
}

template <typename T>
T ReadFrom(int fd) {
  T value{};
  if (read(fd, &value, sizeof(value)) != sizeof(value)) Die("a process ended too early");
  return value;
}

// A child process with a pipe in each direction.
struct Child {
  pid_t pid = -1;
  int to = -1;
  int from = -1;
};

Child Fork(const std::function<void(int in, int out)>& body) {
  int down[2];
  int up[2];
  if (pipe2(down, O_CLOEXEC) != 0 || pipe2(up, O_CLOEXEC) != 0) Die("pipe2 failed");
  pid_t pid = fork();
  if (pid < 0) Die("fork failed");
  if (pid == 0) {
    close(down[1]);
    close(up[0]);
    body(down[0], up[1]);
    std::_Exit(0);  // no orderly end: it is not what is measured
  }
  close(down[0]);
  close(up[1]);
  return {pid, down[1], up[0]};
}

std::vector<std::string> HostNames(int n) {
  std::vector<std::string> hosts;
  for (int i = 1; i <= n; ++i) hosts.push_back(absl::StrCat("algo-", i));
  return hosts;
}

void RunLeader(int n, int in, int out) {
  Service::Options options;
  options.bind_address = "127.0.0.1";
  options.port = 0;
  options.hosts = HostNames(n);
  options.deadline = SystemClock().Now() + kPatience;
  options.master_port = 29500;
  options.run_id = 1;
  auto service = Service::Start(std::move(options));
  if (!service.ok()) Die(service.status().ToString());
  WriteTo(out, (*service)->port());
  ReadFrom<char>(in);  // the clients are done
  WriteTo(out, Usage{0, CpuSeconds(), PeakMib()});
  ReadFrom<char>(in);
}

// Counts the worlds that have come.
class Countdown {
 public:
  explicit Countdown(int n) : left_(n) {}
  void CountDown() ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(mu_);
    if (--left_ == 0) zero_.NotifyAll();
  }
  void Wait() ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(mu_);
    while (left_ > 0) zero_.WaitUntil(mu_, MonotonicTime::InfiniteFuture());
  }

 private:
  Mutex mu_;
  CondVar zero_;
  int left_ ABSL_GUARDED_BY(mu_);
};

void RunClients(int n, int in, int out) {
  Client::Options options;
  options.leader_host = "127.0.0.1";
  options.leader_port = ReadFrom<int>(in);
  options.hosts = HostNames(n);
  options.hello.version = "bench";
  options.hello.address = "127.0.0.1";
  options.hello.agreements = {MakeAgreement("launcher", "workers"), MakeAgreement("hosts", "...")};
  options.deadline = SystemClock().Now() + kPatience;
  options.worker = std::make_shared<Worker>(SystemClock());
  Countdown worlds(n);
  std::vector<std::unique_ptr<Client>> clients;
  clients.reserve(n);
  MonotonicTime start = SystemClock().Now();
  for (const std::string& host : options.hosts.names()) {
    options.hello.host = host;
    clients.push_back(Client::Start(options, [&worlds](const ClientEvent& event) {
      if (std::holds_alternative<World>(event)) return worlds.CountDown();
      if (!std::holds_alternative<Progress>(event)) Die("a client was refused or lost its leader");
    }));
  }
  worlds.Wait();
  WriteTo(out, Usage{absl::ToDoubleSeconds(SystemClock().Now() - start), CpuSeconds(), PeakMib()});
  ReadFrom<char>(in);
  std::_Exit(0);
}

Figures Measure(int n) {
  Child leader = Fork([n](int in, int out) { RunLeader(n, in, out); });
  Child hosts = Fork([n](int in, int out) { RunClients(n, in, out); });
  WriteTo(hosts.to, ReadFrom<int>(leader.from));
  auto clients = ReadFrom<Usage>(hosts.from);
  WriteTo(leader.to, 'd');
  auto service = ReadFrom<Usage>(leader.from);
  for (const Child& child : {hosts, leader}) {
    WriteTo(child.to, 'q');
    waitpid(child.pid, nullptr, 0);
    close(child.to);
    close(child.from);
  }
  return {clients.seconds, service.peak_mib, service.peak_mib + clients.peak_mib,
          service.cpu_seconds, service.cpu_seconds + clients.cpu_seconds};
}

double MedianOf(const std::vector<Figures>& runs, double Figures::*figure) {
  std::vector<double> values;
  values.reserve(runs.size());
  for (const Figures& run : runs) values.push_back(run.*figure);
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void Report(int n, const std::vector<Figures>& runs) {
  double seconds = MedianOf(runs, &Figures::seconds);
  std::printf("%6d %9.1f ms %9.1f us %9.1f MiB %9.1f MiB %8.2f s %8.2f s\n", n, seconds * 1e3,
              seconds * 1e6 / n, MedianOf(runs, &Figures::leader_mib),
              MedianOf(runs, &Figures::both_mib), MedianOf(runs, &Figures::leader_cpu),
              MedianOf(runs, &Figures::both_cpu));
  std::fflush(stdout);
}

void RaiseDescriptorLimit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int Main(int argc, char** argv) {
  int repeats = 3;
  std::vector<int> sizes;
  for (int i = 1; i < argc; ++i) {
    bool is_repeats = std::string(argv[i]) == "--repeats" && i + 1 < argc;
    int value = 0;
    if (!absl::SimpleAtoi(argv[is_repeats ? ++i : i], &value) || value < 1) {
      Die("usage: bench_rendezvous [--repeats R] [HOSTS...]");
    }
    if (is_repeats) {
      repeats = value;
    } else {
      sizes.push_back(value);
    }
  }
  if (sizes.empty()) sizes = {2, 16, 64, 256, 1024, 4096};
  RaiseDescriptorLimit();
  log::SetLevel(60);
  std::printf("%6s %12s %12s %13s %13s %10s %10s\n", "hosts", "to world", "per host", "leader peak",
              "both peaks", "leader CPU", "both CPU");
  for (int n : sizes) {
    std::vector<Figures> runs;
    runs.reserve(repeats);
    for (int i = 0; i < repeats; ++i) runs.push_back(Measure(n));
    Report(n, runs);
  }
  return 0;
}

}  // namespace
}  // namespace sm::rendezvous

int main(int argc, char** argv) { return sm::rendezvous::Main(argc, argv); }
