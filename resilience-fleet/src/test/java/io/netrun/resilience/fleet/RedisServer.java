package io.netrun.resilience.fleet;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A real redis-server on a free port of this machine, in a directory of its own and without persistence. A shell waits
 * beside it for the end of its input, which is also the end of this JVM, and kills it then.
 */
final class RedisServer implements AutoCloseable {

    private static final String START = "\"$@\" </dev/null >log 2>&1 & echo $!; read end; kill -9 $!; wait $!";
    private static final int ATTEMPTS = 3;
    private static final long BOUND_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Path directory;
    private final int port;
    private final boolean sentinel;
    private final List<String> settings;
    private Process shell;
    private long pid;

    private RedisServer(boolean sentinel, List<String> settings) throws IOException {
        directory = Files.createTempDirectory("redis");
        port = freePort();
        this.sentinel = sentinel;
        this.settings = settings;
    }

    /** Starts one, with lines of its configuration file. */
    static RedisServer start(String... settings) {
        List<String> all = new ArrayList<>(List.of("save \"\"", "appendonly no"));
        all.addAll(List.of(settings));
        return start(false, all);
    }

    /** Starts a sentinel that decides alone whether a server, which it calls "primary", is down. */
    static RedisServer startSentinel(RedisServer primary) {
        return start(
                true,
                List.of(
                        "sentinel monitor primary 127.0.0.1 " + primary.port + " 1",
                        "sentinel down-after-milliseconds primary 1000",
                        "sentinel failover-timeout primary 10000"));
    }

    private static RedisServer start(boolean sentinel, List<String> settings) {
        try {
            for (int attempt = 1; ; attempt++) {
                RedisServer server = new RedisServer(sentinel, settings);
                server.launch();
                if (server.awaitReady()) {
                    return server;
                }
                String log = server.log();
                server.close();
                if (attempt == ATTEMPTS) { // another process may have taken the port
                    throw new IllegalStateException("redis-server does not start: " + log);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The path of redis-server; null if it is not installed. */
    static String executable() {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(folder -> Path.of(folder, "redis-server"))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElse(null);
    }

    int port() {
        return port;
    }

    /** Sends a command on a connection of its own, and returns the reply as Jedis does. */
    Object command(String command, String... arguments) {
        try (Jedis jedis = new Jedis("127.0.0.1", port, 20_000)) {
            return jedis.sendCommand(() -> command.getBytes(StandardCharsets.UTF_8), arguments);
        }
    }

    /** Stops the process where it is; connections stay. */
    void suspend() {
        signal("STOP");
    }

    void resume() {
        signal("CONT");
    }

    /** Kills it; its port stays reserved for {@link #startAgain}. */
    void stop() {
        try {
            shell.getOutputStream().close();
            if (!shell.waitFor(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("redis-server " + pid + " does not end");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Starts it again after {@link #stop}, on the same port and without data. */
    void startAgain() {
        try {
            launch();
            if (!awaitReady()) {
                throw new IllegalStateException("redis-server does not start again: " + log());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        stop();
        if (!Files.exists(directory)) {
            return; // closed before
        }
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void launch() throws IOException {
        List<String> lines = new ArrayList<>(List.of("port " + port, "bind 127.0.0.1"));
        lines.addAll(settings);
        Files.write(directory.resolve("redis.conf"), lines);
        List<String> command = new ArrayList<>(List.of("sh", "-c", START, "sh", executable(), "redis.conf"));
        if (sentinel) {
            command.add("--sentinel");
        }
        shell = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectError(directory.resolve("shell").toFile())
                .start();
        pid = Long.parseLong(
                new BufferedReader(new InputStreamReader(shell.getInputStream(), StandardCharsets.US_ASCII))
                        .readLine());
    }

    private boolean awaitReady() {
        long start = System.nanoTime();
        while (System.nanoTime() - start < BOUND_NANOS && ProcessHandle.of(pid).isPresent()) {
            try (Jedis jedis = new Jedis("127.0.0.1", port, 1_000)) {
                return jedis.info("server").contains("process_id:" + pid);
            } catch (JedisException e) {
                Thread.onSpinWait(); // not ready
            }
        }
        return false;
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("log"));
    }

    private void signal(String name) {
        try {
            Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start();
            if (kill.waitFor() != 0) {
                throw new IllegalStateException("kill -" + name + " " + pid + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
