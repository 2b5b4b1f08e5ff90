import Glibc
import MPI
import Reporting

/// One rank's part of the watchdog: listens to the hubs, and as a hub to every rank.
///
/// Ranks 0 and 1 are hubs, so that either can report that the other is silent. Time in which this process was itself
/// stopped does not count: a job that was suspended as a whole continues.
package final class WatchdogNode {
  /// Milliseconds between two looks.
  private static let tick: Int32 = 250
  /// The second hub, and then the ranks without a hub, leave this much to those before them: two looks.
  private static let deference = 0.5

  private static let strangersLimit = 4096

  /// The state of another rank, as this one knows it.
  private struct Voice {
    let socket: WatchdogSocket
    var rank: HangReport.Rank
    /// Seconds since it was heard.
    var silence = 0.0
  }

  private let own: HangReport.Rank
  private let token: [UInt8]
  private let limit: Double
  private let activity: Activity
  private let listener: Int32?
  /// Connections that have not yet identified themselves, with their age in seconds.
  private var strangers: [(socket: WatchdogSocket, age: Double)] = []
  /// As a hub.
  private var members: [Voice] = []
  private var hubs: [Voice] = []
  private var lastLook = ContinuousClock.now
  private var stallWatch: StallWatch
  private let note: (String) -> Void

  /// - Parameters:
  ///   - listener: a hub's listening socket.
  ///   - limit: seconds.
  package init(
    rank: Int, host: String, token: [UInt8], limit: Double, activity: Activity, listener: Int32?,
    note: @escaping (String) -> Void
  ) {
    own = HangReport.Rank(rank: rank, host: host, process: getpid(), state: activity.snapshot)
    self.token = token
    self.limit = limit
    self.activity = activity
    self.listener = listener
    self.note = note
    stallWatch = StallWatch(limit: limit)
  }

  deinit { if let listener { close(listener) } }

  /// Connects to a hub; false if no address answers.
  package func join(_ hub: WatchdogHub) -> Bool {
    guard let socket = WatchdogSocket.connect(to: hub.addresses, port: hub.port, milliseconds: 2000) else {
      return false
    }
    socket.send(.hello(token: token, rank: own.rank, process: own.process, host: own.host))
    let rank = HangReport.Rank(rank: hub.rank, host: hub.host, process: hub.process, state: activity.snapshot)
    hubs.append(Voice(socket: socket, rank: rank))
    return true
  }

  /// Receives and sends four times a second until `wake` can be read. Messages in between wait: answering each
  /// word at once would keep two ranks talking without end.
  package func run(until wake: Int32) {
    var end = pollfd(fd: wake, events: Int16(POLLIN), revents: 0)
    while poll(&end, 1, Self.tick) <= 0 { look() }
  }

  private func look() {
    // A process that was stopped wakes up to a large difference, in which it could not have heard anybody.
    let now = ContinuousClock.now
    let elapsed = min((now - lastLook) / .seconds(1), 2 * Double(Self.tick) / 1000)
    lastLook = now
    welcome(elapsed)
    members = members.map { hear($0, elapsed) }.filter { !$0.socket.isClosed }
    hubs = hubs.map { hear($0, elapsed) }.filter { !$0.socket.isClosed }
    let state = activity.snapshot
    for voice in members + hubs { voice.socket.send(.heartbeat(state)) }

    if own.rank == 0 { noteStall(elapsed) }

    let patience = limit + (own.rank == 0 ? 0 : Self.deference)
    let silent = members.filter { $0.silence > patience }
    if !silent.isEmpty { end(silent.map(\.rank), members.filter { $0.silence <= patience }.map(\.rank)) }
    if listener == nil, !hubs.isEmpty, hubs.allSatisfy({ $0.silence > limit + 2 * Self.deference }) {
      end(hubs.map(\.rank), [])
    }
  }

  /// Rank 0 knows the state of all ranks and reports for all.
  private func noteStall(_ elapsed: Double) {
    guard !members.isEmpty else { return }
    let ranks = present(among: members.map(\.rank))
    if let seconds = stallWatch.look(ranks.map(\.state), after: elapsed) {
      note(HangReport.stall(ranks, seconds: seconds))
    }
  }

  /// This rank, as it is now, among others.
  private func present(among others: [HangReport.Rank]) -> [HangReport.Rank] {
    var own = own
    own.state = activity.snapshot
    return (others + [own]).sorted { $0.rank < $1.rank }
  }

  /// Lets in the ranks of this job.
  private func welcome(_ elapsed: Double) {
    while let listener, let socket = WatchdogSocket.accept(from: listener) {
      // More connections than that are not of this job, which would not keep so many waiting.
      if strangers.count < Self.strangersLimit { strangers.append((socket, 0)) }
    }
    strangers = strangers.compactMap { socket, age in
      switch socket.receive().first {
      case .hello(token, let rank, let process, let host):
        let state = Activity.Snapshot(step: 0, operation: .starting, changes: 0)
        members.append(
          Voice(
            socket: socket, rank: HangReport.Rank(rank: rank, host: host, process: process, state: state)))
        members.sort { $0.rank.rank < $1.rank.rank }
        return nil
      case nil where !socket.isClosed && age < 5: return (socket, age + elapsed)
      default: return nil
      }
    }
  }

  private func hear(_ voice: Voice, _ elapsed: Double) -> Voice {
    var voice = voice
    voice.silence += elapsed
    for frame in voice.socket.receive() {
      voice.silence = 0
      switch frame {
      case .heartbeat(let state): voice.rank.state = state
      case .abort(let process, let host): leave(waking: process, on: host)
      case .hello: break
      }
    }
    return voice
  }

  /// Ends the job from here: reports the silent ranks, informs the others, and exits.
  private func end(_ silent: [HangReport.Rank], _ others: [HangReport.Rank]) -> Never {
    let present = present(among: others)
    if JobFailure.isFirstToFail {
      JobFailure.say(HangReport(silent: silent, others: present, limit: limit).text)
    }
    for voice in members + hubs {
      for rank in silent { voice.socket.send(.abort(process: rank.process, host: rank.host)) }
    }
    // Their words and the frames are out before mpirun, which sees the first exit code, ends everybody.
    for rank in silent where rank.host == own.host { kill(rank.process, SIGCONT) }
    _exit(ExitCode.internalError.rawValue)
  }

  /// Leaves because another rank has ended the job. A stopped rank of this host is woken to leave, too: mpirun would
  /// give it two more seconds.
  private func leave(waking process: Int32, on host: String) -> Never {
    if host == own.host, process != own.process { kill(process, SIGCONT) }
    // After the first rank's end mpirun waits twice for the others, a second or until one of them ends. Who ends
    // together with the first shortens neither.
    usleep(100_000)
    _exit(ExitCode.internalError.rawValue)
  }
}
