package io.netrun.resilience.fleet.autoconfigure;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.stream.Stream;

/** What a process is called in its fleet: the name of its host, which operators know. */
final class NodeName {

    private static final int LONGEST = 100;

    private NodeName() {}

    static String of(Map<String, String> variables) {
        String host = Stream.of("HOSTNAME", "COMPUTERNAME")
                .map(variables::get)
                .filter(name -> name != null && !name.isBlank())
                .findFirst()
                .orElseGet(NodeName::fromNetwork)
                .replaceAll("[^A-Za-z0-9_.-]", "-");
        return host.substring(0, Math.min(host.length(), LONGEST));
    }

    private static String fromNetwork() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException unnamed) {
            return "node";
        }
    }
}
