import ArgumentParser
import Commands
import DatasetFetch

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Download published data sets, and inspect images.",
    subcommands: [Fetch.self, Inspect.self])

  struct Fetch: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Download a published data set (resumes where it stopped), check it and unpack it.",
      discussion: """
        \(PublishedDataSet.all.map { "\($0.name)\t\($0.title); licence: \($0.licence)" }.joined(separator: "\n"))
        celeba\tprints how to fetch it by hand

        Runs curl and unzip; curl's environment variables (https_proxy and others) and ~/.curlrc apply. The same command \
        resumes an interrupted file. SHA256SUMS in the folder lists the fetched files with their checksums. Exit codes: \
        0 complete, 64 usage, 65 differs from the published files, 74 not reachable or not writable.
        """)

    @Argument(help: ArgumentHelp("The data set.", valueName: "name"))
    package var name: String

    @Option(help: ArgumentHelp("The folder; by default data/NAME.", valueName: "DIR"))
    var out: String?

    @Option(help: ArgumentHelp("Another server that has the same files below this address.", valueName: "ADDRESS"))
    var from: String?

    @Option(
      parsing: .singleValue,
      help: ArgumentHelp(
        "Only this file, for example svhn's extra_32x32.mat, which is otherwise left out. Repeatable.",
        valueName: "FILE"))
    var only: [String] = []

    func run() {
      DataFetch.main(name, folder: out, mirror: from, only: only)
    }
  }
  struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Decode every image; report formats, sizes, copies and unreadable images.",
      discussion: """
        Reads a folder with its sub-folders, or the data of a configuration; for a configuration it also reports the \
        effect of its transform. Each unreadable image is named with the reason. Exit codes: 0 all images can be read, \
        64 usage or configuration, 65 some cannot, 74 input or output.
        """)

    @Argument(help: "A folder of images, or a configuration.")
    var path: String

    @Option(
      name: .customLong("set"), parsing: .singleValue,
      help: ArgumentHelp(
        "Override a setting of the configuration, for example --set data.limit=100. Repeatable.",
        valueName: "KEY=VALUE"))
    var overrides: [String] = []

    @Flag(help: "Print the report as JSON, without progress.")
    var json = false

    func run() {
      InspectProgram(path: path, overrides: overrides, printsJSON: json).main()
    }
  }
}
