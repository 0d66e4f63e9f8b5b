package io.netrun.resilience.fleet;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.ReturnType;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * Calls the script on the connection that the application shares. A client may keep a connection that does not answer
 * any more, or wait for long before it connects again, and the connection is not the fleet's to reset: other commands
 * may be under way on it. After two consecutive failures, a new connection is therefore opened the way the application
 * has configured it, and used until it fails. Thread-safe.
 */
final class ScriptCalls {

    private static final Logger log = LoggerFactory.getLogger(ScriptCalls.class);

    private static final int FAILURES = 2;

    private final StringRedisTemplate template;

    @SuppressWarnings("rawtypes")
    private final RedisScript<List> script;

    /** The own connection while it is neither in use nor closed. */
    private final AtomicReference<@Nullable RedisConnection> own = new AtomicReference<>();

    /** The failures of the shared connection since it has answered. */
    private final AtomicInteger failures = new AtomicInteger();

    ScriptCalls(StringRedisTemplate template, String scriptText) {
        this.template = template;
        script = RedisScript.of(scriptText, List.class);
    }

    /** Returns the script's reply; null in a transaction. */
    @Nullable
    List<?> call(List<String> keys, List<String> arguments) {
        RedisConnection opened = own.getAndSet(null);
        if (opened != null) {
            return call(opened, keys, arguments);
        }
        try {
            List<?> reply = template.execute(script, keys, arguments.toArray());
            failures.set(0);
            return reply;
        } catch (RuntimeException e) {
            boolean again = failures.incrementAndGet() >= FAILURES
                    && RedisProblem.mayEndOnAnotherConnection(e)
                    && !Thread.currentThread().isInterrupted();
            if (again) {
                return callAgain(keys, arguments, e);
            }
            throw e;
        }
    }

    private List<?> callAgain(List<String> keys, List<String> arguments, RuntimeException former) {
        RedisConnectionFactory factory = template.getConnectionFactory();
        if (factory == null) {
            throw former;
        }
        try {
            return call(factory.getConnection(), keys, arguments);
        } catch (DataAccessException e) {
            throw e;
        } catch (RuntimeException notSupported) { // such as a pipeline on Jedis with a cluster
            throw former;
        }
    }

    private List<?> call(RedisConnection connection, List<String> keys, List<String> arguments) {
        boolean kept = false;
        try {
            List<?> reply = reply(connection, keys, arguments);
            kept = own.compareAndSet(null, connection);
            return reply;
        } finally {
            if (!kept) {
                close(connection);
            }
        }
    }

    private List<?> reply(RedisConnection connection, List<String> keys, List<String> arguments) {
        byte[][] all = new byte[keys.size() + arguments.size()][];
        int next = 0;
        for (String key : keys) {
            all[next++] = bytes(key);
        }
        for (String argument : arguments) {
            all[next++] = bytes(argument);
        }
        try {
            return pipelined(
                    connection,
                    () -> connection.scriptingCommands().evalSha(script.getSha1(), ReturnType.MULTI, keys.size(), all));
        } catch (RuntimeException e) {
            if (!RedisProblem.isScriptUnknown(e)) {
                throw e;
            }
            return pipelined(
                    connection,
                    () -> connection
                            .scriptingCommands()
                            .eval(bytes(script.getScriptAsString()), ReturnType.MULTI, keys.size(), all));
        }
    }

    /** A pipeline is never on the shared connection: the first one opens another, which later ones use, too. */
    private static List<?> pipelined(RedisConnection connection, Runnable command) {
        connection.openPipeline();
        command.run();
        List<Object> replies = connection.closePipeline();
        List<String> lines = new ArrayList<>();
        for (Object line : (List<?>) replies.get(0)) {
            lines.add(line instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(line));
        }
        return lines;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Closes the own connection. */
    void release() {
        RedisConnection opened = own.getAndSet(null);
        if (opened != null) {
            close(opened);
        }
    }

    private static void close(RedisConnection connection) {
        try {
            connection.close();
        } catch (RuntimeException e) {
            log.debug("A connection of the fleet could not be closed", e);
        }
    }
}
