package io.netrun.resilience.application.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** README and docs: what a reader copies works. A failing test is named after page and line. */
class DocumentationTests {

    private static final Pattern LINK =
            Pattern.compile("\\]\\((?!https?:)(?<path>[^)#\\s]*)(#(?<anchor>[^)\\s]+))?\\)");
    private static final Pattern HEADING = Pattern.compile("^#+ +(.+)$", Pattern.MULTILINE);
    private static final Pattern MODULES = Pattern.compile("-pl ([\\w.,/-]+)");
    private static final Pattern GRADLE_DEPENDENCY = Pattern.compile("io\\.netrun\\.resilience:([\\w-]+)");
    private static final Pattern NAMED_TEST = Pattern.compile("`(\\w+Tests)\\.(\\w+)`");
    private static final Pattern TEST_CLASS = Pattern.compile("(\\w+Tests)\\.(java|kt)");
    private static final Pattern SCRIPT =
            Pattern.compile("(?:^|\\s)((?:resilience-|benchmarks/|testsuite/|docs/|\\.ci/)[\\w./-]+)");

    private static final Path TESTED_HANDLERS = Block.ROOT
            .resolve("testsuite/applications/src/test/java")
            .resolve(RejectionAdvice.class.getName().replace('.', '/') + ".java");

    @TempDir
    static Path output;

    @TestFactory
    Stream<DynamicTest> javaShouldCompile() throws IOException {
        return each("java", block -> new JavaBlock(block).errors(output));
    }

    /** A handler compiles whatever it answers, so it is one that is tested. */
    @TestFactory
    Stream<DynamicTest> handlersShouldBeTestedOnes() throws IOException {
        Stream<Block> handlers = Block.all("java").filter(block -> block.text().contains("@ExceptionHandler"));
        return handlers.map(block -> DynamicTest.dynamicTest(
                block.toString(),
                () -> assertThat(unspaced(Block.read(TESTED_HANDLERS))).contains(unspaced(block.text()))));
    }

    private static String unspaced(String code) {
        return code.replaceAll("\\s+", "");
    }

    @TestFactory
    Stream<DynamicTest> settingsShouldBeTakenWithoutAWarning() throws IOException {
        return each("yaml", block -> {
            YamlBlock yaml = new YamlBlock(block);
            return new DocumentedApplication(output)
                    .with(yaml)
                    .withCallersOf(yaml)
                    .complaints();
        });
    }

    /** Each by itself, and with each block of settings on its page that is about the same instances. */
    @TestFactory
    Stream<DynamicTest> annotatedCodeShouldStartWithoutAWarning() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (JavaBlock java : JavaBlock.all().filter(JavaBlock::isStarted).toList()) {
            if (!java.needsSettings()) {
                tests.add(starts(java.toString(), new DocumentedApplication(output).with(java)));
            }
            for (Block block : Block.all("yaml").filter(java::isAbout).toList()) {
                YamlBlock yaml = new YamlBlock(block);
                DocumentedApplication both =
                        new DocumentedApplication(output).with(java).with(yaml);
                tests.add(starts(java + " with " + block, java.isKeyed() ? both : both.withCallersOf(yaml)));
            }
        }
        assertThat(tests).isNotEmpty();
        return tests.stream();
    }

    private static DynamicTest starts(String name, DocumentedApplication application) {
        return DynamicTest.dynamicTest(
                name, () -> assertThat(application.complaints()).isEmpty());
    }

    @TestFactory
    Stream<DynamicTest> dependenciesShouldBeOurs() throws IOException {
        return each("xml", DocumentationTests::unknownArtifacts);
    }

    @TestFactory
    Stream<DynamicTest> gradleDependenciesShouldBeOurs() throws IOException {
        return each(
                "kotlin",
                block -> GRADLE_DEPENDENCY
                        .matcher(block.text())
                        .results()
                        .map(found -> found.group(1))
                        .filter(name -> !Files.isDirectory(Block.ROOT.resolve(name)))
                        .collect(Collectors.joining(", ")));
    }

    @TestFactory
    Stream<DynamicTest> commandsShouldNameWhatIsThere() throws IOException {
        return each("bash", DocumentationTests::missingPaths);
    }

    @TestFactory
    Stream<DynamicTest> linksShouldLeadSomewhere() throws IOException {
        return Block.pages().stream()
                .flatMap(page -> LINK.matcher(Block.read(page))
                        .results()
                        .map(link -> DynamicTest.dynamicTest(
                                Block.ROOT.relativize(page) + " " + link.group(),
                                () -> assertLeadsSomewhere(page, link.group(1), link.group(3)))));
    }

    @TestFactory
    Stream<DynamicTest> namedTestsShouldExist() throws IOException {
        Map<String, Path> tests = testClasses();
        return Block.pages().stream()
                .flatMap(page -> NAMED_TEST
                        .matcher(Block.read(page))
                        .results()
                        .map(named -> DynamicTest.dynamicTest(
                                Block.ROOT.relativize(page) + " " + named.group(),
                                () -> assertThat(tests)
                                        .hasEntrySatisfying(
                                                named.group(1),
                                                file -> assertThat(Block.read(file))
                                                        .containsPattern("(void|fun) " + named.group(2) + "\\(")))));
    }

    /** The test classes of all modules, by their simple names. */
    private static Map<String, Path> testClasses() throws IOException {
        Path sources = Path.of("src", "test");
        Map<String, Path> tests = new HashMap<>();
        for (Path parent : List.of(Block.ROOT, Block.ROOT.resolve("testsuite"))) {
            try (Stream<Path> modules = Files.list(parent)) {
                for (Path tested : modules.map(module -> module.resolve(sources))
                        .filter(Files::isDirectory)
                        .toList()) {
                    try (Stream<Path> files = Files.walk(tested)) {
                        files.forEach(file -> {
                            Matcher name = TEST_CLASS.matcher(file.getFileName().toString());
                            if (name.matches()) {
                                tests.put(name.group(1), file);
                            }
                        });
                    }
                }
            }
        }
        return tests;
    }

    private interface Check {
        /** What is wrong; empty if nothing is. */
        String of(Block block) throws Exception;
    }

    private static Stream<DynamicTest> each(String language, Check check) throws IOException {
        List<Block> blocks = Block.all(language).toList();
        assertThat(blocks).isNotEmpty();
        return blocks.stream()
                .map(block -> DynamicTest.dynamicTest(
                        block.toString(), () -> assertThat(check.of(block)).isEmpty()));
    }

    private static String unknownArtifacts(Block block) throws Exception {
        NodeList artifacts = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader("<root>" + block.text() + "</root>")))
                .getElementsByTagName("artifactId");
        return Stream.iterate(0, i -> i < artifacts.getLength(), i -> i + 1)
                .map(i -> artifacts.item(i).getTextContent())
                .filter(name -> name.startsWith("resilience-") && !Files.isDirectory(Block.ROOT.resolve(name)))
                .collect(Collectors.joining(", "));
    }

    private static String missingPaths(Block block) {
        Stream<String> modules = MODULES.matcher(block.text())
                .results()
                .flatMap(found -> Stream.of(found.group(1).split(",")));
        Stream<String> scripts = SCRIPT.matcher(block.text()).results().map(found -> found.group(1));
        return Stream.concat(modules, scripts)
                .filter(path -> !path.contains("/target/") && !Files.exists(Block.ROOT.resolve(path)))
                .collect(Collectors.joining(", "));
    }

    private static void assertLeadsSomewhere(Path page, String path, String anchor) {
        Path target = path.isEmpty() ? page : page.resolveSibling(path).normalize();
        assertThat(target).exists();
        if (anchor != null) {
            assertThat(anchors(target)).contains(anchor);
        }
    }

    /** As GitHub makes them of headings. */
    private static Set<String> anchors(Path page) {
        Function<String, String> anchor = heading -> heading.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}\\- ]", "")
                .strip()
                .replace(' ', '-');
        return HEADING.matcher(Block.read(page))
                .results()
                .map(found -> anchor.apply(found.group(1)))
                .collect(Collectors.toSet());
    }
}
