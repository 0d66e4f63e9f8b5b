package io.netrun.resilience.spring.actuate;

import java.time.Instant;

/**
 * The process whose instances are shown.
 *
 * @param application its name
 * @param name what distinguishes it from other processes of the application, such as host and process id
 * @param started when it was started
 */
public record Node(String application, String name, Instant started) {

    /** This process. */
    public static Node of(String application, Instant started) {
        String host = System.getenv("HOSTNAME");
        long process = ProcessHandle.current().pid();
        return new Node(application, (host == null || host.isBlank() ? "process" : host) + ":" + process, started);
    }
}
