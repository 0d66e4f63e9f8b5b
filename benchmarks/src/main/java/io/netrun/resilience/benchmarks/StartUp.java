package io.netrun.resilience.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.tools.ToolProvider;

/**
 * What a library adds to the start and to the memory of a Spring Boot application, by the number of annotated methods.
 * A program of its own, because every start is a JVM of its own ({@link StartedApplication}); the beans are generated
 * and compiled first. Its arguments are the file for the results and the number of rounds, from each of which the
 * median comes.
 */
public final class StartUp {

    static final int METHODS_PER_BEAN = 10;

    private static final List<Integer> METHODS = List.of(0, 100, 1_000);

    private StartUp() {}

    /**
     * What is measured, and what a method of its beans carries; both patterns bear a name of their own for each method.
     */
    enum Library {
        NONE("", ""),
        NETRUN("io.netrun.resilience.spring", "@io.netrun.resilience.annotation.%s(name = \"%s\")"),
        RESILIENCE4J("io.github.resilience4j", "@io.github.resilience4j.%2$s.annotation.%1$s(name = \"%3$s\")");

        /** Where the library's auto-configurations are. */
        final String home;

        private final String annotation;

        Library(String home, String annotation) {
            this.home = home;
            this.annotation = annotation;
        }

        String beanName(int bean) {
            return "Bean" + name() + bean;
        }

        private String source(int bean) {
            return IntStream.range(0, METHODS_PER_BEAN)
                    .mapToObj(method -> "    " + annotations(bean + "-" + method) + "\n    public Object call" + method
                            + "(Object argument) { return argument; }\n")
                    .collect(Collectors.joining("", "public class " + beanName(bean) + " {\n", "}\n"));
        }

        private String annotations(String instance) {
            return switch (this) {
                case NONE -> "";
                case NETRUN ->
                    annotation.formatted("Retry", instance) + " " + annotation.formatted("CircuitBreaker", instance);
                case RESILIENCE4J ->
                    annotation.formatted("Retry", "retry", instance) + " "
                            + annotation.formatted("CircuitBreaker", "circuitbreaker", instance);
            };
        }
    }

    /**
     * What one start showed.
     *
     * @param startMillis from the JVM's start until the application had started
     * @param readyMillis … and every method had been called once
     * @param cpuMillis the CPU time of all threads by then
     * @param mainCpuMillis that of the thread that starts the application
     * @param heapBytes what the heap then holds
     * @param classes how many classes are then loaded
     */
    public record Start(
            String library,
            int methods,
            double startMillis,
            double readyMillis,
            double cpuMillis,
            double mainCpuMillis,
            double heapBytes,
            double classes) {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path beans = Files.createTempDirectory("beans");
        try {
            compile(beans);
            List<Start> starts = new ArrayList<>();
            int rounds = Integer.parseInt(arguments[1]);
            // Libraries take turns, so that a slow minute of the machine meets them all.
            for (int round = 0; round < rounds; round++) {
                for (int methods : METHODS) {
                    for (Library library : Library.values()) {
                        starts.add(start(beans, library, methods));
                    }
                }
            }
            new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(new File(arguments[0]), medians(starts));
        } finally {
            delete(beans);
        }
    }

    private static void compile(Path directory) throws IOException {
        List<String> arguments = new ArrayList<>(
                List.of("-proc:none", "-cp", System.getProperty("java.class.path"), "-d", directory.toString()));
        for (Library library : Library.values()) {
            for (int bean = 0; bean < METHODS.get(METHODS.size() - 1) / METHODS_PER_BEAN; bean++) {
                Path file = directory.resolve(library.beanName(bean) + ".java");
                Files.writeString(file, library.source(bean));
                arguments.add(file.toString());
            }
        }
        int failed = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new));
        Checks.require(failed == 0, "the beans compile");
    }

    private static Start start(Path beans, Library library, int methods) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms512m",
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path") + File.pathSeparator + beans,
                        StartedApplication.class.getName(),
                        library.name(),
                        Integer.toString(methods))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Checks.require(process.waitFor() == 0, library + " starts with " + methods + " methods: " + output);
        return new ObjectMapper().readValue(output.substring(output.lastIndexOf('{')), Start.class);
    }

    private static List<Start> medians(List<Start> starts) {
        List<Start> medians = new ArrayList<>();
        for (int methods : METHODS) {
            for (Library library : Library.values()) {
                List<Start> same = starts.stream()
                        .filter(start -> start.methods == methods && start.library.equals(library.name()))
                        .toList();
                medians.add(new Start(
                        library.name(),
                        methods,
                        median(same, Start::startMillis),
                        median(same, Start::readyMillis),
                        median(same, Start::cpuMillis),
                        median(same, Start::mainCpuMillis),
                        median(same, Start::heapBytes),
                        median(same, Start::classes)));
            }
        }
        return medians;
    }

    private static double median(List<Start> starts, ToDoubleFunction<Start> value) {
        return starts.stream()
                .mapToDouble(value)
                .sorted()
                .skip(starts.size() / 2)
                .findFirst()
                .orElseThrow();
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
