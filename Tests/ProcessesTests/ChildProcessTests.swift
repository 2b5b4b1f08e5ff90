import Foundation
import Processes
import TestSupport
import Testing

struct ChildProcessTests {
  /// The standard output of a shell that runs `script`.
  private func output(
    of script: String, environment: [String: String]? = nil, input: ChildProcess.Stream = .null,
    hasOwnGroup: Bool = false
  ) throws -> String {
    let folder = try TemporaryFolder()
    let path = try folder.write([], to: "output")
    let file = open(path, O_WRONLY | O_CLOEXEC)
    defer { close(file) }
    let child = try ChildProcess(
      "/bin/sh", ["-c", script], environment: environment, input: input, output: .descriptor(file),
      hasOwnGroup: hasOwnGroup)
    #expect(child.wait() == 0)
    return String(decoding: try bytes(of: path), as: UTF8.self)
  }

  @Test(arguments: [("exit 0", 0), ("exit 75", 75), ("kill -TERM $$", 128 + 15), ("kill -KILL $$", 128 + 9)])
  func howItEnds(script: String, status: Int32) throws {
    #expect(try ChildProcess("/bin/sh", ["-c", script], errors: .null).wait() == status)
  }

  @Test(.timeLimit(.minutes(10))) func itRunsUntilItIsToldToStop() throws {
    let child = try ChildProcess("/bin/sleep", ["1000"])
    #expect(child.status() == nil)
    child.send(SIGTERM)
    #expect(child.wait() == 128 + SIGTERM)
  }

  /// A child that has ended does not live, even if its parent never asks for its end.
  @Test(.timeLimit(.minutes(10))) func livingChildren() throws {
    for (script, isLiving) in [("sleep 1000 & exec sleep 1000", true), ("(:) & exec sleep 1000", false)] {
      let parent = try ChildProcess("/bin/sh", ["-c", script], hasOwnGroup: true)
      defer {
        kill(-parent.identifier, SIGKILL)
        _ = parent.wait()
      }
      while parent.hasLivingChildren != isLiving { usleep(10_000) }
      usleep(300_000)
      #expect(parent.hasLivingChildren == isLiving)
    }
  }

  @Test func wordsAreNotReadByAShell() throws {
    let folder = try TemporaryFolder()
    let words = ["two words", "$HOME", "*", "", "é'\"\\"]
    let path = try folder.write([], to: "output")
    let file = open(path, O_WRONLY | O_CLOEXEC)
    defer { close(file) }
    let child = try ChildProcess("/usr/bin/printf", ["%s\n"] + words, output: .descriptor(file))
    #expect(child.wait() == 0)
    #expect(String(decoding: try bytes(of: path), as: UTF8.self) == words.map { $0 + "\n" }.joined())
  }

  @Test func environments() throws {
    #expect(try output(of: "echo $A-$HOME", environment: ["A": "b c"]) == "b c-\n")
    #expect(try output(of: "echo $PATH") == ProcessInfo.processInfo.environment["PATH"]! + "\n")
  }

  @Test func streams() throws {
    #expect(try output(of: "cat; echo end") == "end\n")
    let folder = try TemporaryFolder()
    let file = open(try folder.write(Array("given\n".utf8), to: "input"), O_RDONLY | O_CLOEXEC)
    defer { close(file) }
    #expect(try output(of: "cat", input: .descriptor(file)) == "given\n")
    #expect(try ChildProcess("/bin/sh", ["-c", "echo lost; echo lost >&2"], output: .null, errors: .null).wait() == 0)
  }

  /// Signals of the terminal to this process's group must not reach a child with its own group.
  @Test func groups() throws {
    func group(_ hasOwnGroup: Bool) throws -> [Substring] {
      try output(of: "echo $$; cut -d ' ' -f 5 /proc/$$/stat", hasOwnGroup: hasOwnGroup).split(separator: "\n")
    }
    let own = try group(true)
    #expect(own.count == 2 && own[0] == own[1])
    #expect(try group(false).last == "\(getpgrp())")
  }

  /// The child inherits neither blocked signals, as in the launcher's thread, nor ignored ones, but for those that nohup
  /// and shells make a command ignore.
  @Test func signalsReachIt() async throws {
    // Without other programs: the shell blocks signals while it starts one.
    let script = "while read -r line; do echo \"$line\"; done </proc/$$/status"
    let before = (signal(SIGUSR2, SIG_IGN), signal(SIGHUP, SIG_IGN), signal(SIGINT, SIG_DFL), signal(SIGQUIT, SIG_DFL))
    defer {
      signal(SIGUSR2, before.0)
      signal(SIGHUP, before.1)
      signal(SIGINT, before.2)
      signal(SIGQUIT, before.3)
    }
    try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
      Thread {
        done.resume(
          with: Result {
            var all = sigset_t()
            sigfillset(&all)
            pthread_sigmask(SIG_BLOCK, &all, nil)
            let masks = try self.output(of: script).split(separator: "\n").filter {
              $0.hasPrefix("SigBlk:") || $0.hasPrefix("SigIgn:")
            }
            let numbers = masks.map { UInt64($0.split(separator: "\t")[1], radix: 16)! }
            // The C library reserves signals 32 and 33.
            #expect(numbers == [0, numbers.last! & 3 << 31 | 1 << UInt64(SIGHUP - 1)], "\(masks)")
          })
      }.start()
    }
  }

  @Test func whatCannotBeStarted() throws {
    for (path, code) in [("/absent/program", ENOENT), ("/etc/passwd", EACCES), ("/tmp", EACCES)] {
      #expect(throws: StartError(path: path, code: code)) { _ = try ChildProcess(path, []) }
    }
    #expect(StartError(path: "x", code: ENOENT).reason == "No such file or directory")
  }

  @Test func programsOfAPath() throws {
    let folder = try TemporaryFolder()
    for name in ["a/tool", "b/tool", "c/tool"] {
      try FileManager.default.createDirectory(
        atPath: folder.file(String(name.prefix(1))), withIntermediateDirectories: true)
      _ = try folder.write([], to: name)
    }
    try FileManager.default.createDirectory(atPath: folder.file("d/tool"), withIntermediateDirectories: true)
    chmod(folder.file("b/tool"), 0o755)
    chmod(folder.file("c/tool"), 0o755)
    let path = ["none", "a", "d", "b", "c"].map(folder.file).joined(separator: ":")
    #expect(Executable.find("tool", in: path) == folder.file("b/tool"))
    #expect(Executable.find("other", in: path) == nil && Executable.find("tool", in: nil) == nil)
  }
}
