import ArgumentParser
import Commands
import DatasetFetch

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Bring published data sets here, and look at what images are.",
    subcommands: [Fetch.self, Inspect.self])

  struct Fetch: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Fetch a published data set, as far as it is not there: resumed, checked, unpacked.",
      discussion: """
        \(PublishedDataSet.all.map { "\($0.name)\t\($0.title); licence: \($0.licence)" }.joined(separator: "\n"))
        celeba\tsays what to do by hand

        By the programs curl and unzip; curl's environment variables (https_proxy and others) and ~/.curlrc hold. A file that \
        breaks off is continued by the same command. SHA256SUMS in the folder says what was fetched and its checksums. Exit \
        codes: 0 complete, 64 usage, 65 not what was published, 74 not reachable or not writable.
        """)

    @Argument(help: ArgumentHelp("Which data set.", valueName: "name"))
    package var name: String

    @Option(help: ArgumentHelp("The folder; data/NAME without it.", valueName: "DIR"))
    var out: String?

    @Option(help: ArgumentHelp("Another server that has the same files below this address.", valueName: "ADDRESS"))
    var from: String?

    @Option(
      parsing: .singleValue,
      help: ArgumentHelp(
        "Only this file, for example extra_32x32.mat of svhn, which is left out otherwise. Repeatable.",
        valueName: "FILE"))
    var only: [String] = []

    func run() {
      DataFetch.main(name, folder: out, mirror: from, only: only)
    }
  }
  struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Decode every image: formats, sizes, copies, and which cannot be read.",
      discussion: """
        Of a folder with its sub-folders, or of the data that a configuration names; then also what its transform does to \
        them. Each image that cannot be read is named with the reason. Exit codes: 0 all can be read, 64 usage or \
        configuration, 65 some cannot, 74 input or output.
        """)

    @Argument(help: "A folder of images, or a configuration.")
    var path: String

    @Option(
      name: .customLong("set"), parsing: .singleValue,
      help: ArgumentHelp(
        "Override a setting of the configuration, for example --set data.limit=100. Repeatable.",
        valueName: "KEY=VALUE"))
    var overrides: [String] = []

    @Flag(help: "Print it as JSON, and no progress.")
    var json = false

    func run() {
      InspectProgram(path: path, overrides: overrides, printsJSON: json).main()
    }
  }
}
