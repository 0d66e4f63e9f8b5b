package io.netrun.resilience.application.docs;

import java.io.IOException;
import java.io.StringWriter;
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
 * A block of Java, made into a class. What begins with an annotation or a declaration is its members, anything else the body of a
 * method; <code>{ ... }</code> is a body that is left out.
 */
final class JavaBlock {

    private static final List<String> PATTERNS = List.of(
            "retry.Retry",
            "circuitbreaker.CircuitBreaker",
            "timeout.Timeout",
            "bulkhead.Bulkhead",
            "ratelimiter.RateLimiter",
            "fallback.Fallback",
            "hedge.Hedge");

    private static final List<String> PACKAGES = List.of(
            "io.micrometer.context.ContextRegistry",
            "io.micrometer.context.integration.Slf4jThreadLocalAccessor",
            "io.netrun.resilience.*",
            "io.netrun.resilience.annotation.AttemptTimeout",
            "io.netrun.resilience.annotation.PatternOrder",
            "io.netrun.resilience.bulkhead.BulkheadConfig",
            "io.netrun.resilience.circuitbreaker.CircuitBreakerConfig",
            "io.netrun.resilience.circuitbreaker.CircuitOpenException",
            "io.netrun.resilience.reactor.ReactorGuard",
            "io.netrun.resilience.spring.aop.ResilienceAdvisor",
            "io.netrun.resilience.spring.cloud.*",
            "io.netrun.resilience.spring.http.*",
            "io.netrun.resilience.test.*",
            "java.io.IOException",
            "java.net.URI",
            "java.time.Duration",
            "java.util.*",
            "java.util.concurrent.*",
            "java.util.function.Supplier",
            "org.junit.jupiter.api.Test",
            "org.junit.jupiter.api.extension.RegisterExtension",
            "org.springframework.boot.actuate.autoconfigure.security.servlet.EndpointRequest",
            "org.springframework.cache.annotation.EnableCaching",
            "org.springframework.context.annotation.Bean",
            "org.springframework.http.*",
            "org.springframework.security.config.annotation.web.builders.HttpSecurity",
            "org.springframework.security.web.SecurityFilterChain",
            "org.springframework.security.web.csrf.*",
            "org.springframework.stereotype.Component",
            "org.springframework.web.bind.annotation.ExceptionHandler",
            "org.springframework.web.client.*",
            "org.springframework.web.context.request.RequestAttributesThreadLocalAccessor",
            "org.springframework.web.reactive.function.client.WebClient",
            "reactor.core.publisher.*");

    private static final Pattern ANNOTATED =
            Pattern.compile("@(Retry|CircuitBreaker|Timeout|Bulkhead|RateLimiter|Fallback|Hedge)\\b");
    private static final Pattern MEMBERS =
            Pattern.compile("\\A\\s*(@|import |class |interface |public |private |final )");
    private static final Pattern IMPORT = Pattern.compile("^import .*;$", Pattern.MULTILINE);

    private final Block block;

    JavaBlock(Block block) {
        this.block = block;
    }

    /** What the compiler has to say; empty if nothing. */
    String errors(Path output) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        List<String> options = List.of(
                "-proc:none", "-nowarn", "-classpath", System.getProperty("java.class.path"), "-d", output.toString());
        boolean compiled = compiler.getTask(messages, null, null, options, null, List.of(new Source(source())))
                .call();
        return compiled ? "" : messages + "\n" + source();
    }

    private String source() {
        String text = block.text().replace("{ ... }", "{ throw new UnsupportedOperationException(); }");
        String own = IMPORT.matcher(text).results().map(MatchResult::group).collect(Collectors.joining("\n"));
        String code = IMPORT.matcher(text).replaceAll("");
        boolean annotated = ANNOTATED.matcher(code).find();
        String imports = Stream.concat(
                        PACKAGES.stream(),
                        PATTERNS.stream()
                                .map(each -> "io.netrun.resilience."
                                        + (annotated ? "annotation" + each.substring(each.indexOf('.')) : each)))
                .map(each -> "import " + each + ";")
                .collect(Collectors.joining("\n"));
        // Both have a class Customizer.
        String customizer = code.contains("HttpSecurity")
                ? "import org.springframework.security.config.Customizer;"
                : "import org.springframework.cloud.client.circuitbreaker.Customizer;";
        String body = MEMBERS.matcher(text).find() ? code : "void run() throws Exception {\n" + code + "\n}";
        return imports + "\n" + customizer + "\n" + own
                + "\nabstract class DocumentedBlock extends io.netrun.resilience.application.docs.Documented {\n" + body
                + "\n}\n";
    }

    private static final class Source extends SimpleJavaFileObject {

        private final String content;

        Source(String content) {
            super(URI.create("string:///DocumentedBlock.java"), Kind.SOURCE);
            this.content = content;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return content;
        }
    }
}
