#include "bootstrap/process/output_pump.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bootstrap/base/clock.h"
#include "bootstrap/base/console.h"
#include "bootstrap/base/errno_status.h"
#include "bootstrap/base/log.h"
#include "bootstrap/base/mutex.h"
#include "bootstrap/base/status_macros.h"
#include "bootstrap/process/output_sink.h"
#include "bootstrap/process/output_stream.h"

namespace sm {
namespace {

// More lets a child run on while we write, and us read more at once. Not the 1 MiB that the kernel
// allows: 64 workers would then use up what an unprivileged user may have in pipes altogether.
constexpr int kPipeBytes = 256 << 10;
// How long a sole child's incomplete line (a prompt, a progress bar) waits for its end.
constexpr int kPartialLineMilliseconds = 100;
// Interrupts a write; its default action is to be ignored, so that a late one harms nobody.
constexpr int kInterruptSignal = SIGURG;
// How much longer a reader may take than a pipe may stay silent.
constexpr int kReaderFactor = 12;
constexpr absl::Duration kFinishPatience = absl::Milliseconds(200);

// For the thread's `interrupted` function, which takes no argument.
thread_local const std::atomic<bool>* current_abort = nullptr;

bool Interrupted() { return current_abort != nullptr && current_abort->load(); }

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};

absl::StatusOr<Pipe> MakePipe() {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) return ErrnoStatus(errno, "pipe for a child's output");
  Pipe pipe{UniqueFd(fds[0]), UniqueFd(fds[1])};
  fcntl(fds[0], F_SETPIPE_SZ, kPipeBytes);  // Refused beyond the user's quota; then it is smaller.
  fcntl(fds[0], F_SETFL, O_NONBLOCK);       // Ours only: the child's end is another open file.
  return pipe;
}

// A handler that does nothing, and no SA_RESTART: the system call that it interrupts returns.
void InstallInterruptHandler() {
  struct sigaction action {};
  action.sa_handler = [](int) {};
  sigaction(kInterruptSignal, &action, nullptr);
}

// Blocks every signal but the interrupt in a thread that is started meanwhile.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    sigdelset(&all, kInterruptSignal);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

struct Stream {
  UniqueFd pipe;
  OutputStream lines;
};

}  // namespace

struct OutputPump::Impl {
  Impl(UniqueFd epoll, UniqueFd wakeup) : epoll(std::move(epoll)), wakeup(std::move(wakeup)) {}

  // For any thread.
  absl::StatusOr<UniqueFd> AddStream(OutputSink& sink, const OutputSpec& spec,
                                     const std::shared_ptr<OutputFile>& file);
  void Wake();
  void StopThread();
  template <typename Predicate>
  bool AwaitWhileBytesFlow(absl::Duration patience, MonotonicTime limit, Predicate done)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);

  // The pump's thread.
  void Run();
  bool AwaitsPartial();
  bool Read(Stream& stream);
  void Retire(const std::vector<Stream*>& ended);
  bool ServeRequests();
  void FlushPartials();
  std::vector<Stream*> AllStreams();

  const UniqueFd epoll;
  const UniqueFd wakeup;  // eventfd; in epoll with a null pointer
  std::thread thread;
  std::atomic<bool> abort = false;  // give up blocked writes
  std::atomic<bool> alone = false;  // incomplete lines may go out

  Mutex mu;
  CondVar changed;
  // Ended and destroyed by the thread only, which therefore uses the streams without the lock.
  std::map<Stream*, std::unique_ptr<Stream>> streams ABSL_GUARDED_BY(mu);
  int children ABSL_GUARDED_BY(mu) = 0;
  uint64_t flushes_wanted ABSL_GUARDED_BY(mu) = 0;
  uint64_t flushes_done ABSL_GUARDED_BY(mu) = 0;
  bool stop ABSL_GUARDED_BY(mu) = false;
  bool stopped ABSL_GUARDED_BY(mu) = false;

  // The thread's alone.
  OutputSink out{STDOUT_FILENO, Interrupted};
  OutputSink err{STDERR_FILENO, Interrupted};
  ReadBuffer buffer;
};

absl::StatusOr<UniqueFd> OutputPump::Impl::AddStream(OutputSink& sink, const OutputSpec& spec,
                                                     const std::shared_ptr<OutputFile>& file) {
  SM_ASSIGN_OR_RETURN(Pipe pipe, MakePipe());
  int fd = pipe.read_end.get();
  auto stream = std::make_unique<Stream>(
      Stream{std::move(pipe.read_end), OutputStream(sink, spec.prefix, file)});
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = stream.get();
  MutexLock lock(mu);
  if (epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
    return ErrnoStatus(errno, "epoll: add a child's output");
  }
  Stream* key = stream.get();
  streams.emplace(key, std::move(stream));
  return std::move(pipe.write_end);
}

void OutputPump::Impl::Wake() {
  uint64_t one = 1;
  [[maybe_unused]] ssize_t written = write(wakeup.get(), &one, sizeof one);
}

void OutputPump::Impl::StopThread() {
  {
    MutexLock lock(mu);
    stop = true;
    Wake();
    MonotonicTime deadline = SystemClock().Now() + kFinishPatience;
    while (!stopped && SystemClock().Now() < deadline) changed.WaitUntil(mu, deadline);
    abort = true;
    // Again and again: one signal may come just before the write that it should interrupt.
    while (!stopped) {
      pthread_kill(thread.native_handle(), kInterruptSignal);
      changed.WaitUntil(mu, SystemClock().Now() + absl::Milliseconds(10));
    }
  }
  thread.join();
}

void OutputPump::Impl::Run() {
  current_abort = &abort;
  epoll_event events[64];
  bool running = true;
  while (running) {
    int timeout = AwaitsPartial() ? kPartialLineMilliseconds : -1;
    int count = epoll_wait(epoll.get(), events, 64, timeout);
    if (count == 0) FlushPartials();
    bool woken = false;
    std::vector<Stream*> ended;
    for (int i = 0; i < count; ++i) {
      auto* stream = static_cast<Stream*>(events[i].data.ptr);
      if (stream == nullptr) {
        woken = true;
      } else if (!Read(*stream)) {
        ended.push_back(stream);
      }
    }
    out.Flush();
    err.Flush();
    Retire(ended);
    if (woken) running = ServeRequests();
  }
}

bool OutputPump::Impl::AwaitsPartial() {
  if (!alone) return false;
  for (const Stream* stream : AllStreams()) {
    if (stream->lines.holds_partial()) return true;
  }
  return false;
}

// False at the end of the stream.
bool OutputPump::Impl::Read(Stream& stream) {
  ssize_t n = read(stream.pipe.get(), buffer.data(), ReadBuffer::kReadBytes);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return true;
  if (n > 0) {
    stream.lines.Consume(buffer, static_cast<size_t>(n), alone);
    return true;
  }
  stream.lines.FlushPartial();
  return false;
}

void OutputPump::Impl::Retire(const std::vector<Stream*>& ended) {
  if (ended.empty()) return;
  MutexLock lock(mu);
  for (Stream* stream : ended) {
    // Not left to close(): a child between clone() and execve() still has a copy of the descriptor,
    // and epoll would go on reporting it.
    epoll_ctl(epoll.get(), EPOLL_CTL_DEL, stream->pipe.get(), nullptr);
    streams.erase(stream);
  }
  changed.NotifyAll();
}

// False when the thread is to end.
bool OutputPump::Impl::ServeRequests() {
  uint64_t count;
  [[maybe_unused]] ssize_t n = read(wakeup.get(), &count, sizeof count);
  uint64_t wanted;
  bool ending;
  {
    MutexLock lock(mu);
    wanted = flushes_wanted;
    ending = stop;
  }
  FlushPartials();
  MutexLock lock(mu);
  flushes_done = wanted;
  stopped = ending;
  changed.NotifyAll();
  return !ending;
}

void OutputPump::Impl::FlushPartials() {
  for (Stream* stream : AllStreams()) stream->lines.FlushPartial();
}

std::vector<Stream*> OutputPump::Impl::AllStreams() {
  MutexLock lock(mu);
  std::vector<Stream*> all;
  all.reserve(streams.size());
  for (const auto& [key, stream] : streams) all.push_back(key);
  return all;
}

absl::StatusOr<std::unique_ptr<OutputPump>> OutputPump::Create() {
  UniqueFd epoll(epoll_create1(EPOLL_CLOEXEC));
  UniqueFd wakeup(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  epoll_event event{};
  event.events = EPOLLIN;
  if (!epoll.valid() || !wakeup.valid() ||
      epoll_ctl(epoll.get(), EPOLL_CTL_ADD, wakeup.get(), &event) != 0) {
    return ErrnoStatus(errno, "output pump: epoll and eventfd");
  }
  auto impl = std::make_unique<Impl>(std::move(epoll), std::move(wakeup));
  InstallInterruptHandler();
  SignalsBlocked blocked;
  try {
    impl->thread = std::thread([raw = impl.get()] { raw->Run(); });
  } catch (const std::system_error& error) {
    return ErrnoStatus(error.code().value(), "output pump: start a thread");
  }
  return std::unique_ptr<OutputPump>(new OutputPump(std::move(impl)));
}

OutputPump::OutputPump(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

OutputPump::~OutputPump() {
  impl_->StopThread();
  for (const OutputSink* sink : {&impl_->out, &impl_->err}) {
    if (sink->lost_bytes() == 0) continue;
    log::Warning(
        absl::StrCat(sink->lost_bytes(), " bytes of output to ", sink->name(), " were lost"));
  }
}

absl::StatusOr<ChildStdio> OutputPump::Open(const OutputSpec& spec) {
  std::shared_ptr<OutputFile> file;
  if (!spec.log_file.empty()) {
    SM_ASSIGN_OR_RETURN(file, OutputFile::Open(spec.log_file));
  }
  {
    MutexLock lock(impl_->mu);
    bool first = ++impl_->children == 1;
    impl_->alone = first && spec.prefix.empty() && (isatty(STDOUT_FILENO) || !ConsoleIsOneFile());
  }
  ChildStdio stdio;
  SM_ASSIGN_OR_RETURN(stdio.out, impl_->AddStream(impl_->out, spec, file));
  SM_ASSIGN_OR_RETURN(stdio.err, impl_->AddStream(impl_->err, spec, file));
  return stdio;
}

// Waits on `changed` until `done` is true; gives up when nothing has been written for `patience`
// and nothing waits to be, or at `limit`.
template <typename Predicate>
bool OutputPump::Impl::AwaitWhileBytesFlow(absl::Duration patience, MonotonicTime limit,
                                           Predicate done) {
  uint64_t written = ConsoleBytesWritten();
  MonotonicTime deadline = std::min(SystemClock().Now() + patience, limit);
  while (!done()) {
    if (SystemClock().Now() >= deadline) {
      if (deadline >= limit) return false;
      if (ConsoleBytesWritten() == written && !ConsoleIsBusy()) return false;
      written = ConsoleBytesWritten();
      deadline = std::min(SystemClock().Now() + patience, limit);
    }
    changed.WaitUntil(mu, deadline);
  }
  return true;
}

bool OutputPump::Drain(absl::Duration patience) {
  Impl& impl = *impl_;
  const MonotonicTime limit = SystemClock().Now() + kReaderFactor * patience;
  MutexLock lock(impl.mu);
  auto at_end = [&impl]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return impl.streams.empty(); };
  if (impl.AwaitWhileBytesFlow(patience, limit, at_end)) return true;
  uint64_t ticket = ++impl.flushes_wanted;
  impl.Wake();
  auto flushed = [&impl, ticket]()
                     ABSL_NO_THREAD_SAFETY_ANALYSIS { return impl.flushes_done >= ticket; };
  impl.AwaitWhileBytesFlow(kFinishPatience, limit + kFinishPatience, flushed);
  return impl.streams.empty();
}

}  // namespace sm
