import Testing

@testable import Ledger

@Suite struct NetworkFileSystemTests {
    private static let mounts = """
        22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
        30 22 0:25 / /mnt/a rw - nfs4 server:/export rw,vers=4.2
        31 22 0:26 / /mnt/b rw shared:5 master:2 - cifs //server/share rw
        32 22 0:27 / /mnt/c rw,nosuid - fuse.sshfs me@server: rw
        33 22 0:28 / /mnt/d rw - fuseblk /dev/sdb1 rw
        34 22 0:29 / /tmp rw - tmpfs tmpfs rw
        broken
        35 22 0:30 / /x
        """

    @Test(arguments: [
        ("254:0", nil), ("0:25", "nfs4"), ("0:26", "cifs"), ("0:27", "fuse.sshfs"), ("0:28", nil), ("0:29", nil),
        ("0:30", nil),
        ("9:9", nil),
    ])
    func `a mount is foreign or not by its type`(device: String, name: String?) {
        #expect(NetworkFileSystem.name(ofDevice: device, in: Self.mounts) == name)
    }

    @Test func `the temporary folder of a test is on this machine, and so is a file that is not there yet`()
        async throws
    {
        try await withFolder { folder in
            #expect(NetworkFileSystem.holding(folder + "/customers.sqlite") == nil)
            #expect(NetworkFileSystem.holding(":memory:") == nil)
            #expect(NetworkFileSystem.holding("/nonexistent/customers.sqlite") == nil)
        }
    }
}
