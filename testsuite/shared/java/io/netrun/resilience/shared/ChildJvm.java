package io.netrun.resilience.shared;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A JVM of its own, with a small heap and the class path of the tests, for what must not happen to their JVM. */
public final class ChildJvm implements AutoCloseable {

    private final Process process;
    private final BufferedReader output;

    private ChildJvm(Process process) {
        this.process = process;
        this.output = process.inputReader(StandardCharsets.UTF_8);
    }

    /**
     * Starts a JVM.
     *
     * @param megabytes the size of its heap
     */
    public static ChildJvm start(int megabytes, Class<?> main, String... arguments) throws IOException {
        return start("-XX:TieredStopAtLevel=1", megabytes, main, arguments);
    }

    /** Like {@link #start}, but nothing is compiled: each call of a method takes as much of the stack as any other. */
    public static ChildJvm startInterpreted(int megabytes, Class<?> main, String... arguments) throws IOException {
        return start("-Xint", megabytes, main, arguments);
    }

    /** Like {@link #start}, but all virtual threads share one carrier. */
    public static ChildJvm startWithOneCarrier(int megabytes, Class<?> main, String... arguments) throws IOException {
        return start(
                List.of("-Djdk.virtualThreadScheduler.parallelism=1", "-Djdk.virtualThreadScheduler.maxPoolSize=1"),
                megabytes,
                main,
                arguments);
    }

    /** Like {@link #start}, but threads allocate without buffers: the heap is full to the last byte, or not. */
    public static ChildJvm startWithoutBuffers(int megabytes, Class<?> main, String... arguments) throws IOException {
        return start(
                List.of("-XX:TieredStopAtLevel=1", "-XX:-UseTLAB", "-XX:+UseSerialGC"), megabytes, main, arguments);
    }

    private static ChildJvm start(String option, int megabytes, Class<?> main, String... arguments)
            throws IOException {
        return start(List.of(option), megabytes, main, arguments);
    }

    private static ChildJvm start(List<String> options, int megabytes, Class<?> main, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx" + megabytes + "m"));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return new ChildJvm(
                new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    /** Waits until it has printed a line. Returns false if it has ended without it. */
    public boolean awaitLine(String expected) throws IOException {
        String line = output.readLine();
        while (line != null && !line.equals(expected)) { // what it logs
            line = output.readLine();
        }
        return line != null;
    }

    /** Has it stand still for a while, as a suspended container does. */
    public void standStill(Duration duration) throws IOException, InterruptedException {
        signal("STOP");
        try {
            process.waitFor(duration.toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            signal("CONT");
        }
    }

    private void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                .start()
                .waitFor();
    }

    /** Waits for its end, and returns what it has printed. */
    public String awaitOutput() {
        return output.lines().collect(Collectors.joining("\n"));
    }

    /** Kills it, and waits for its end. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
