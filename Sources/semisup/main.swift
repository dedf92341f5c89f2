import Foundation

ProcessSetup.begin()
exit(Semisup.start())
