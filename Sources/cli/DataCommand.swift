import ArgumentParser
import Commands
import DatasetFetch

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Download published data sets, inspect images, and look after the cache of decoded images.",
    subcommands: [Fetch.self, Inspect.self, Cache.self])

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

  struct Cache: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show the caches of decoded images, their place and their size, and remove old ones.",
      discussion: """
        A run keeps the images that it has decoded, so that the next one need not decode them: one cache for each set \
        of images and each transform. data.cache chooses the folder (by default disttrain in $XDG_CACHE_HOME or \
        ~/.cache), data.cacheLimit the room that its caches may take up. Exit codes: 0 done, 64 usage or \
        configuration, 74 input or output.
        """)

    @Argument(help: "A folder of caches, or a configuration; by default the folder that configurations use by default.")
    var path: String?

    @Flag(
      help: "Remove caches of other versions of disttrain, and those without use for some days; none that is in use.")
    var prune = false

    @Option(help: ArgumentHelp("The days for --prune, 30 by default; 0 for all caches.", valueName: "N"))
    var days: Int?

    func validate() throws {
      if days != nil && !prune { throw ValidationError("--days goes with --prune, which removes caches.") }
      if let days, !(0...100_000).contains(days) {
        throw ValidationError("--days is \(days); give a whole number from 0 to 100000.")
      }
    }

    func run() {
      CacheProgram(path: path, days: prune ? days ?? 30 : nil).main()
    }
  }
}
