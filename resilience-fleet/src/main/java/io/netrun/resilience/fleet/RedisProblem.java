package io.netrun.resilience.fleet;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.NestedExceptionUtils;

/**
 * What a client's exception means for the operator. Clients wrap the server's error in exceptions of their own, and
 * servers of different versions wrap the error of a command in the script's; the error's code stays in the text.
 */
final class RedisProblem {

    private static final String READ_ONLY = "READONLY";
    private static final String NOT_READY = "MASTERDOWN";

    /** What clients report if one side encrypts and the other does not, or of a certificate. */
    private static final List<String> ENCRYPTION = List.of("SSL", "TLS", "PKIX", "certificate", "handshake");

    /**
     * What clients report if the server ends the connection, as one with TLS does if the other side does not encrypt.
     */
    private static final List<String> CLOSED = List.of("Connection reset", "closed prematurely", "end of stream");

    private static final List<RedisProblem> KNOWN = List.of(
            new RedisProblem(
                    "The server is a read-only replica",
                    "Configure the primary, or Sentinel or Cluster, in spring.data.redis",
                    READ_ONLY),
            new RedisProblem("The server is out of memory", "Raise maxmemory or remove keys", "OOM "),
            new RedisProblem(
                    "The user's access control list does not permit the script",
                    "Permit the user EVALSHA, EVAL and the commands and keys of the script",
                    "NOPERM",
                    "can't run this command",
                    "can't access at least one of the keys"),
            new RedisProblem(
                    "The server does not accept the credentials",
                    "Correct spring.data.redis.username and password",
                    "NOAUTH",
                    "unauthenticated",
                    "WRONGPASS"),
            new RedisProblem(
                    "A key of the fleet contains something else",
                    "Delete the keys that begin with the fleet's prefix, or change resilience.fleet.key-prefix",
                    "WRONGTYPE"),
            new RedisProblem(
                    "The keys of the fleet are on different servers of the cluster",
                    "Remove the proxy or client setting that changes keys: their hash tag must arrive",
                    "CROSSSLOT"),
            new RedisProblem(
                    "The server is a cluster, and the client is not configured for one",
                    "Set spring.data.redis.cluster.nodes",
                    "MOVED ",
                    "ASK "),
            new RedisProblem(
                    "The server is too old or does not execute scripts",
                    "Use Redis 6.2 or later, or a server that is compatible with it",
                    "unknown command",
                    "non deterministic commands",
                    "wrong number of arguments"),
            new RedisProblem(
                    "The server is not ready", "Wait, or see the server's log", "LOADING", "CLUSTERDOWN", NOT_READY),
            new RedisProblem(
                    "The server rejects writes because it cannot save them",
                    "See the server's log: its disk may be full",
                    "MISCONF",
                    "NOREPLICAS"),
            new RedisProblem(
                    "The server is executing another script", "Find the script that runs for too long", "BUSY "),
            new RedisProblem(
                    "The script failed on what it found in the keys of the fleet",
                    "Use one version of resilience-fleet on all nodes, or delete the keys that begin with the fleet's"
                            + " prefix",
                    "user_script",
                    "Error running script"));

    private final String problem;
    private final String remedy;
    private final List<String> codes;

    private RedisProblem(String problem, String remedy, String... codes) {
        this.problem = problem;
        this.remedy = remedy;
        this.codes = List.of(codes);
    }

    /** The exception with the remedy for what the client threw. */
    static FleetStoreException of(Throwable thrown) {
        String text = textOf(thrown);
        RedisProblem known = find(text);
        if (known != null) {
            return new FleetStoreException(
                    "Redis rejected the report of this node: " + text + ". " + known.problem + ". " + known.remedy,
                    thrown);
        }
        return new FleetStoreException(
                "Redis did not answer the report of this node: " + text + ". " + remedyWithoutAnswer(text), thrown);
    }

    private static String remedyWithoutAnswer(String text) {
        if (ENCRYPTION.stream().anyMatch(text::contains)) {
            return "Check spring.data.redis.ssl: either the server does not use TLS on this port, or this node does not"
                    + " trust its certificate";
        }
        String reachable = "Check that the server of spring.data.redis is reachable from this node";
        return CLOSED.stream().anyMatch(text::contains)
                ? reachable + ", and set spring.data.redis.ssl.enabled if the server uses TLS"
                : reachable + ", and that it expects the TLS and the credentials that are configured";
    }

    /** Returns whether a new connection may help: the server has not answered, or is not the one to ask any more. */
    static boolean mayEndOnAnotherConnection(Throwable thrown) {
        RedisProblem known = find(textOf(thrown));
        return known == null || known.codes.contains(READ_ONLY) || known.codes.contains(NOT_READY);
    }

    /** Returns whether the server does not have the script yet. */
    static boolean isScriptUnknown(Throwable thrown) {
        return textOf(thrown).contains("NOSCRIPT");
    }

    private static @Nullable RedisProblem find(String text) {
        return KNOWN.stream()
                .filter(known -> known.codes.stream().anyMatch(text::contains))
                .findFirst()
                .orElse(null);
    }

    private static String textOf(Throwable thrown) {
        return text(NestedExceptionUtils.getMostSpecificCause(thrown));
    }

    private static String text(Throwable root) {
        String message;
        try {
            message = root.getMessage();
        } catch (RuntimeException e) {
            message = null;
        }
        String text = message == null || message.isBlank() ? root.getClass().getSimpleName() : message.strip();
        return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    }
}
