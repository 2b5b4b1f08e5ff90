import Foundation
import Testing

extension CommandLineTests {
  /// Jobs that are started in a terminal: it closes, or its keys suspend them.
  @Suite struct TerminalTests {
    private static let arguments = "run.yaml --out runs --set train.steps=1000000"
    private static let launch = "'\(Program.launcher)' -np 2 \(arguments)"

    private let place: Workplace
    private let terminal: PseudoTerminal

    init() throws {
      place = try Workplace()
      terminal = try PseudoTerminal(in: place)
    }

    private var steps: Int { (try? place.loggedSteps().last) ?? 0 }

    private var launcher: PlacedProcess? { place.processes.first { $0.words.first == Program.launcher } }

    /// Without the shell.
    private var job: [PlacedProcess] { place.processes.filter { $0.words.first != "bash" } }

    private func expectsProgress() async throws {
      let before = steps
      #expect(try await place.waits { steps > before + 3 })
    }

    private func expectsEndWithCheckpoint() async throws {
      #expect(try await place.waits { job.isEmpty }, "\(job)")
      #expect(try place.steps(ofCheckpointsIn: "runs") == [String(format: "%06d.safetensors", steps)])
    }

    @Test(arguments: ["'\(Program.path)' \(arguments)", launch])
    func aClosedTerminalStopsTheJobWithACheckpoint(command: String) async throws {
      defer { terminal.clear() }
      terminal.enter(command)
      try await expectsProgress()
      terminal.close()
      try await expectsEndWithCheckpoint()
    }

    @Test(arguments: ["'\(Program.path)' \(arguments)", launch])
    func underNohupItRunsOn(command: String) async throws {
      defer { terminal.clear() }
      terminal.enter("nohup \(command) >out.txt 2>&1 &")
      try await expectsProgress()
      terminal.close()
      try await expectsProgress()
      try await expectsProgress()
      let started = try #require(launcher ?? job.first)
      kill(started.pid, SIGTERM)
      try await expectsEndWithCheckpoint()
    }

    @Test func suspendedContinuedAndStopped() async throws {
      defer { terminal.clear() }
      terminal.enter(Self.launch)
      try await expectsProgress()
      terminal.type("\u{1A}")
      try await suspended()
      let before = steps
      try await Task.sleep(for: .milliseconds(300))
      #expect(steps == before)
      terminal.type("fg\n")
      try await expectsProgress()
      #expect(launcher?.state != "T")
      terminal.type("\u{3}")
      try await expectsEndWithCheckpoint()
      terminal.type("echo $? >code.txt\n")
      #expect(try await place.waits { (try? place.text("code.txt")) == "75\n" })
    }

    /// The kernel continues a suspended job whose terminal closes.
    @Test func closedWhileSuspended() async throws {
      defer { terminal.clear() }
      terminal.enter(Self.launch)
      try await expectsProgress()
      terminal.type("\u{1A}")
      try await suspended()
      terminal.close()
      try await expectsEndWithCheckpoint()
    }

    private func suspended() async throws {
      #expect(
        try await place.waits {
          let ranks = job.filter { $0.words.first == Program.path }
          return ranks.count == 2 && ranks.allSatisfy { $0.state == "T" } && launcher?.state == "T"
        }, "\(job.map { ($0, $0.state) })")
    }
  }
}
