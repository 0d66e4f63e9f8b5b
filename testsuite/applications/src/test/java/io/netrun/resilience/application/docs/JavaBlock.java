package io.netrun.resilience.application.docs;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * A block of Java, made into a class. What begins with an annotation or a declaration is its members, anything else the
 * body of a method; <code>{ ... }</code> is a body that is left out. Its imports are its own and those that its page
 * names in a block of imports: one for what is annotated and one for the rest, since annotations and policies have the
 * same simple names.
 */
final class JavaBlock {

    static final String CLASS_NAME = "documented.DocumentedBlock";

    private static final Pattern ANNOTATED =
            Pattern.compile("@(Retry|CircuitBreaker|Timeout|AttemptTimeout|Bulkhead|RateLimiter|Fallback|Hedge)\\b");
    private static final Pattern BEAN_WITH_OURS = Pattern.compile("@(Bean|Component)\\b.*Resilien", Pattern.DOTALL);
    private static final Pattern NAME = Pattern.compile("(?:name = |client\\()\"([^\"]+)\"");
    private static final Pattern MEMBERS =
            Pattern.compile("\\A\\s*(@|import |class |interface |public |private |final )");
    private static final Pattern IMPORT = Pattern.compile("^import .*;$", Pattern.MULTILINE);

    private final Block block;

    JavaBlock(Block block) {
        this.block = block;
    }

    static Stream<JavaBlock> all() throws IOException {
        return Block.all("java").map(JavaBlock::new);
    }

    /** Whether an application can have it: methods with a pattern around them, or beans. */
    boolean isStarted() {
        return isAnnotated() || BEAN_WITH_OURS.matcher(block.text()).find();
    }

    /** Whether settings of its page are for an instance that it names. */
    boolean isAbout(Block yaml) {
        YamlBlock settings = new YamlBlock(yaml);
        return yaml.page().equals(block.page())
                && NAME.matcher(block.text()).results().anyMatch(name -> settings.configures(name.group(1)));
    }

    /** Whether it asks for an HTTP client, which the configuration has to describe. */
    boolean needsSettings() {
        return block.text().contains("client(\"");
    }

    /** Whether its instances belong to a family, whose name no annotation without a key may have. */
    boolean isKeyed() {
        return block.text().contains("key = \"");
    }

    private boolean isAnnotated() {
        return ANNOTATED.matcher(block.text()).find();
    }

    /** What the compiler has to say; empty if nothing. */
    String errors(Path output) throws IOException {
        return compile(source(), CLASS_NAME, output);
    }

    /** Compiles a class with what the tests have on their class path, and returns what is wrong with it. */
    static String compile(String source, String className, Path output) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        List<String> options = List.of(
                "-proc:none",
                "-nowarn",
                "-parameters",
                "-classpath",
                System.getProperty("java.class.path"),
                "-d",
                output.toString());
        String adapted = SpringBootLine.adapted(source);
        boolean compiled = compiler.getTask(
                        messages, null, null, options, null, List.of(new Source(className, adapted)))
                .call();
        return compiled ? "" : messages + "\n" + adapted;
    }

    private String source() {
        String text = block.text().replace("{ ... }", "{ throw new UnsupportedOperationException(); }");
        String code = IMPORT.matcher(text).replaceAll("");
        String body = MEMBERS.matcher(text).find() ? code : "void run() throws Exception {\n" + code + "\n}";
        return "package documented;\n" + imports()
                + "\nclass DocumentedBlock extends io.netrun.resilience.application.docs.Documented {\n" + body
                + "\n}\n";
    }

    private String imports() {
        boolean annotated = isAnnotated();
        Stream<String> ofPage = isImportsOnly()
                ? Stream.of()
                : blocksOf(block.page())
                        .filter(JavaBlock::isImportsOnly)
                        .filter(each -> each.importsAnnotations() == annotated)
                        .map(each -> each.block.text());
        Stream<String> own = IMPORT.matcher(block.text()).results().map(MatchResult::group);
        return Stream.concat(ofPage, own).flatMap(String::lines).distinct().collect(Collectors.joining("\n"));
    }

    private boolean isImportsOnly() {
        return IMPORT.matcher(block.text()).replaceAll("").isBlank();
    }

    private boolean importsAnnotations() {
        return block.text().contains("io.netrun.resilience.annotation.");
    }

    private static Stream<JavaBlock> blocksOf(Path page) {
        try {
            return all().filter(each -> each.block.page().equals(page));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return block.toString();
    }

    private static final class Source extends SimpleJavaFileObject {

        private final String content;

        Source(String className, String content) {
            super(URI.create("string:///" + className.replace('.', '/') + ".java"), Kind.SOURCE);
            this.content = content;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return content;
        }
    }
}
