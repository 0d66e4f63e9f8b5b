package io.netrun.resilience.fleet;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * Keeps a fleet in Redis 6.2 or later, or a server that is compatible with it. An exchange is one call of a script
 * ({@code EVALSHA}, and {@code EVAL} if the server does not have it yet), which is atomic and uses the server's time
 * only. All keys have one hash tag. They expire after the fleet has gone, operators' commands seven days after the last
 * one.
 */
public final class RedisFleetStore implements FleetStore {

    private static final String SCRIPT = "exchange.lua";

    private final ScriptCalls calls;
    private final FleetKeys keys;

    /**
     * A store on the application's connection. While that does not answer, it opens one of its own from the same
     * factory.
     *
     * @param keyPrefix what all keys begin with
     * @param fleet the name of the fleet; not empty
     */
    public RedisFleetStore(StringRedisTemplate template, String keyPrefix, String fleet) {
        this(template, keyPrefix, fleet, scriptText());
    }

    RedisFleetStore(StringRedisTemplate template, String keyPrefix, String fleet, String scriptText) {
        calls = new ScriptCalls(template, scriptText);
        keys = new FleetKeys(keyPrefix, fleet);
    }

    /** {@inheritDoc} */
    @Override
    public FleetView exchange(NodeReport report) {
        int instances = report.limits().size() + report.circuits().size();
        if (instances > FleetSession.MAX_INSTANCES) {
            throw new FleetStoreException("The node shares " + instances + " limits and circuits, and at most "
                    + FleetSession.MAX_INSTANCES + " are possible. Set scope: node, or fleet: none, for some of them");
        }
        List<String> reply = execute(report, ExchangeFormat.arguments(report));
        try {
            return ExchangeFormat.view(report, reply);
        } catch (RuntimeException e) {
            throw new FleetStoreException(
                    "Redis returned a view that this node cannot read: " + reply
                            + ". Use one version of resilience-fleet on all nodes",
                    e);
        }
    }

    /** Executes the script and returns its lines. */
    List<String> execute(NodeReport report, List<String> arguments) {
        List<?> reply;
        try {
            reply = calls.call(keys.of(report), arguments);
        } catch (RuntimeException e) {
            throw RedisProblem.of(e);
        } finally {
            if (report.leaving()) {
                calls.release();
            }
        }
        return lines(reply);
    }

    @SuppressWarnings("unchecked")
    private static List<String> lines(@Nullable List<?> reply) {
        if (reply == null) {
            throw new FleetStoreException(
                    "Redis returned nothing: the StringRedisTemplate takes part in a transaction. "
                            + "Give the fleet a template without transaction support");
        }
        return (List<String>) reply;
    }

    static String scriptText() {
        try (InputStream in = RedisFleetStore.class.getResourceAsStream(SCRIPT)) {
            if (in == null) {
                throw new IllegalStateException("The resource " + SCRIPT + " is missing. Add it to the native image");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
