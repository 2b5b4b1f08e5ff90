import ArgumentParser
import Commands

struct CheckpointCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint",
    abstract: "Verify a checkpoint and print its contents.",
    discussion: """
      Prints the step, the number of shards, every tensor's name and shape, and the hash of the tensors, which is equal \
      for runs that reached the same state. Exit code 65 if the file is damaged.
      """)

  @Argument(help: "A checkpoint, or a generator exported as safetensors.")
  var file: String

  func run() {
    CheckpointReport(file: file).main()
  }
}
