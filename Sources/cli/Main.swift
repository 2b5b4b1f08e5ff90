@main
struct DistTrainCommand {
  static func main() {}
}
