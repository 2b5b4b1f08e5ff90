import Hosts

/// The Slurm job that this process runs in, from the environment variables (sbatch(1), "Output environment variables").
package struct SlurmAllocation: Equatable {
  /// What the job has on one of its nodes.
  package struct Node: Equatable {
    /// Ranks, as mpirun counts slots.
    package var tasks: Int
    /// Logical CPUs; nil if unknown.
    package var cpus: Int?
  }

  package var job: String
  package var nodes: [Node]
  package var nodeList: String
  /// Ranks that the job requests; nil if it gives no number.
  package var tasks: Int?
  /// CPUs for each rank, if the job requests a number.
  package var cpusPerTask: Int?
  /// The variables that mpirun reads and that are not set, with the values that they should have.
  package private(set) var missing: [String: String] = [:]

  /// The sum of the nodes' tasks: what mpirun counts as slots.
  package var slots: Int { nodes.reduce(0) { $0 + $1.tasks } }
  /// The sum of the nodes' CPUs; nil if unknown.
  package var cpus: Int? { nodes.reduce(0 as Int?) { sum, node in sum.flatMap { sum in node.cpus.map { sum + $0 } } } }

  /// The number of CPUs for each of `ranks` ranks, the least of all nodes; nil if unknown.
  ///
  /// More ranks than tasks are spread evenly over the nodes; fewer fill the first nodes.
  package func cpus(ofEachOf ranks: Int) -> Int? {
    if let cpusPerTask, ranks <= slots { return cpusPerTask }
    let spread = ranks > slots || nodes.count == 1 ? (ranks + nodes.count - 1) / nodes.count : nil
    let shares = nodes.map { node in node.cpus.map { max(1, $0 / (spread ?? node.tasks)) } }
    return shares.contains(nil) ? nil : shares.compactMap(\.self).min()
  }

  /// nil outside of a job.
  package init?(_ environment: [String: String]) throws(LaunchError) {
    guard let job = environment["SLURM_JOB_ID"] ?? environment["SLURM_JOBID"] else { return nil }
    self.job = job
    guard let nodeList = environment["SLURM_JOB_NODELIST"] ?? environment["SLURM_NODELIST"] else {
      throw LaunchError(
        "found SLURM_JOB_ID=\(job) without SLURM_JOB_NODELIST, expected both: start from sbatch or salloc, or for this "
          + "machine alone: env -u SLURM_JOB_ID -u SLURM_JOBID disttrain-launch …")
    }
    self.nodeList = nodeList
    tasks = try Self.number(["SLURM_NTASKS", "SLURM_NPROCS"], environment)
    cpusPerTask = try Self.number(["SLURM_CPUS_PER_TASK"], environment)
    let count = try Self.number(["SLURM_JOB_NUM_NODES", "SLURM_NNODES"], environment)
    let tasksOfNodes = try Self.list("SLURM_TASKS_PER_NODE", environment)
    let cpusOfNodes = try Self.list("SLURM_JOB_CPUS_PER_NODE", environment)
    // In a step on a part of the job, the tasks are those of the step.
    let size = tasksOfNodes?.count ?? count ?? cpusOfNodes?.count ?? 1
    let cpus: [Int?] =
      cpusOfNodes.map { $0.count == size ? $0.map(Optional.some) : Array(repeating: $0.min(), count: size) }
      ?? Array(repeating: nil, count: size)
    // Without the list, tasks are dealt evenly, as Slurm does by default.
    let tasks = tasks ?? size
    let dealt = (0..<size).map { max(1, tasks / size + ($0 < tasks % size ? 1 : 0)) }
    nodes = zip(tasksOfNodes ?? dealt, cpus).map { Node(tasks: $0, cpus: $1) }
    let list = dealt.map(String.init).joined(separator: ",")
    for (name, value) in [("SLURM_JOBID", job), ("SLURM_NODELIST", nodeList), ("SLURM_TASKS_PER_NODE", list)]
    where environment[name] == nil {
      missing[name] = value
    }
  }

  /// The value of the first of `names` that is set.
  private static func number(_ names: [String], _ environment: [String: String]) throws(LaunchError) -> Int? {
    guard let name = names.first(where: { environment[$0] != nil }), let text = environment[name] else { return nil }
    guard let value = count(text) else {
      throw LaunchError("found \(name)=\(text), expected a whole number above 0: start from sbatch or salloc")
    }
    return value
  }

  /// A number for each node, such as `4,2(x3)` for four nodes.
  private static func list(_ name: String, _ environment: [String: String]) throws(LaunchError) -> [Int]? {
    guard let text = environment[name] else { return nil }
    var numbers: [Int] = []
    for entry in text.split(separator: ",", omittingEmptySubsequences: false) {
      let parts = entry.split(separator: "(", maxSplits: 1, omittingEmptySubsequences: false)
      let repeated = parts.count == 1 ? "x1)" : parts[1]
      guard let number = count(parts[0]), repeated.hasPrefix("x"), repeated.hasSuffix(")"),
        let times = count(repeated.dropFirst().dropLast()), numbers.count + times <= most
      else {
        throw LaunchError("found \(name)=\(text), expected numbers such as 4,2(x3): start from sbatch or salloc")
      }
      numbers += Array(repeating: number, count: times)
    }
    return numbers
  }

  /// The most nodes, and the largest number on a node.
  private static let most = 1 << 20

  private static func count(_ text: some StringProtocol) -> Int? {
    Int(text).flatMap { (1...most).contains($0) ? $0 : nil }
  }
}
