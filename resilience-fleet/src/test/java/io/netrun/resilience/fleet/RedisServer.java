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

    private static final String START = "\"$0\" \"$@\" </dev/null >log 2>&1 & echo $!; read end; kill -9 $!; wait $!";
    private static final long BOUND_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Path directory;
    private final List<String> options;
    private final int port;
    private Process shell;
    private long pid;

    private RedisServer(int port, List<String> options) throws IOException {
        this.port = port;
        this.options = options;
        directory = Files.createTempDirectory("redis");
        launch();
    }

    /** Starts one, with options of redis-server's command line. */
    static RedisServer start(String... options) {
        for (int attempt = 1; ; attempt++) {
            try {
                RedisServer server = new RedisServer(freePort(), List.of(options));
                if (server.awaitReady()) {
                    return server;
                }
                String log = server.log();
                server.close();
                if (attempt == 3) { // another process may have taken the port
                    throw new IllegalStateException("redis-server does not start: " + log);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
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

    /** Kills it and starts it again on the same port, without data. */
    void restart() {
        kill();
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
        kill();
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
        List<String> line = new ArrayList<>(List.of("sh", "-c", START, executable()));
        line.addAll(
                List.of("--port", Integer.toString(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"));
        line.addAll(options);
        shell = new ProcessBuilder(line)
                .directory(directory.toFile())
                .redirectError(directory.resolve("shell").toFile())
                .start();
        pid = Long.parseLong(
                new BufferedReader(new InputStreamReader(shell.getInputStream(), StandardCharsets.US_ASCII))
                        .readLine());
    }

    private void kill() {
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

    private boolean awaitReady() throws IOException {
        long start = System.nanoTime();
        while (System.nanoTime() - start < BOUND_NANOS && ProcessHandle.of(pid).isPresent()) {
            try (Jedis jedis = new Jedis("127.0.0.1", port, 1_000)) {
                jedis.ping();
                return jedis.info("server").contains("process_id:" + pid);
            } catch (JedisException e) {
                Thread.onSpinWait();
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
