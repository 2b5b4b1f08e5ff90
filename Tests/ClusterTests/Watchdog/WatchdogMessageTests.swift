import Cluster
import Testing

/// What watchdogs send each other, and what is said when a rank hangs.
@Suite struct WatchdogMessageTests {
  private static let frames: [WatchdogFrame] = [
    .hello(token: Array("0123456789abcdef".utf8), rank: 70_000, process: 4_194_304, host: "node-1.example"),
    .heartbeat(Activity.Snapshot(step: 123_456, operation: .gradients, changes: .max)),
    .abort(process: 17, host: ""),
  ]

  /// However the stream is cut.
  @Test(arguments: [1, 2, 7, 1000])
  func framesSurviveCuts(piece: Int) throws {
    let bytes = Self.frames.flatMap(\.bytes)
    var (buffer, found): ([UInt8], [WatchdogFrame]) = ([], [])
    for start in stride(from: 0, to: bytes.count, by: piece) {
      buffer += bytes[start..<min(start + piece, bytes.count)]
      while let frame = try WatchdogFrame.take(from: &buffer) { found.append(frame) }
    }
    #expect(found == Self.frames)
    #expect(buffer.isEmpty)
  }

  @Test func damagedFramesAreRefused() throws {
    var unknown = Self.frames[1].bytes
    unknown[0] = 9
    var short = Self.frames[1].bytes
    short[1] = 8  // of 24 bytes
    var long = Self.frames[1].bytes
    long[4] = 127
    var operation = Self.frames[1].bytes
    operation[13] = 200
    var process = Self.frames[2].bytes
    process[12] = 1  // above what a process may have
    for bytes in [unknown, short, long, operation, process] {
      var buffer = bytes
      #expect(throws: WatchdogFrameError.malformed) { _ = try WatchdogFrame.take(from: &buffer) }
    }
    for count in 0..<Self.frames[0].bytes.count {
      var buffer = Array(Self.frames[0].bytes.prefix(count))
      #expect(try WatchdogFrame.take(from: &buffer) == nil)
    }
  }

  @Test func report() {
    func rank(_ rank: Int, _ operation: Activity.Operation, step: Int = 12) -> HangReport.Rank {
      HangReport.Rank(
        rank: rank, host: "node\(rank / 4)", process: 100 + Int32(rank),
        state: Activity.Snapshot(step: step, operation: operation, changes: 0))
    }
    let report = HangReport(
      silent: [rank(5, .computing)],
      others: [
        rank(0, .gradients), rank(1, .gradients), rank(2, .agreement), rank(3, .gradients), rank(4, .gradients),
        rank(6, .gradients), rank(7, .starting, step: 0),
      ], limit: 90)
    #expect(
      report.text == """
        error: rank 5 (node1, process 105) has not answered for 2 min: last heard of in step 12, computing
          ranks 0, 1, 3, 4, 6: in step 12, exchanging gradients
          rank 2: in step 12, waiting for all ranks
          rank 7: starting
          the job ends; the same command continues from the newest checkpoint. If the host was only slow, raise watchdog.
        """)
    let many = HangReport(
      silent: (0..<6).map { rank($0, .computing) }, others: (6..<11).map { rank($0, .statistics) }, limit: 5)
    #expect(many.text.contains("and 2 more ranks") && many.text.contains("ranks 6 to 10: in step 12, exchanging batch"))
  }

  @Test func activityNests() {
    let activity = Activity()
    activity.begin(step: 3)
    activity.during(.computing) {
      #expect(activity.snapshot.operation == .computing)
      activity.during(.statistics) { #expect(activity.snapshot.operation == .statistics) }
      #expect(activity.snapshot.operation == .computing && activity.snapshot.step == 3)
    }
    #expect(activity.snapshot.operation == .starting && activity.snapshot.changes == 3)
  }
}
