package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openrewrite.Recipe;

/** Attributes whose values are constants: each becomes an argument or a setting, or is listed. */
class ConstantAttributeTests {

    private static final String MAIL = "app/src/main/java/app/Mail.java";

    private static final String YAML = "app/src/main/resources/application.yml";

    private static final String DEFAULTS = """
        package api;

        public final class Defaults {
            public static final String ATT = "${mail.attempts:5}";
            public static final String PREFIX = "${mail.";
            public static final String NONE = "";
            public static final String LABEL = "mail";
            public static final boolean RANDOM = true;
            public static final boolean FIXED = false;
            public static final long ZERO = 0;
            public static final int FOUR = 4;
            public static final boolean NEW = Boolean.getBoolean("mail.new");
        }
        """;

    /** A module whose annotation comes before, or behind, the constants of another one. */
    private static Project moved(Recipe recipe, boolean first, String annotation) {
        String library = recipe instanceof FromSpringRetry ? "retry" : "resilience";
        String mail = """
            package app;

            import api.Defaults;
            import org.springframework.%s.annotation.*;

            class Mail {
                static final String HERE = "${mail.attempts:5}";

                %s
                public void send() {
                }
            }
            """.formatted(library, annotation);
        Project project = new Project().with(YAML, "mail:\n  attempts: 7\n");
        project = first ? project.with(MAIL, mail) : project;
        project = project.with("api/src/main/java/api/Defaults.java", DEFAULTS);
        return (first ? project : project.with(MAIL, mail)).after(recipe);
    }

    @ParameterizedTest
    @CsvSource({"Defaults.ATT, true", "Defaults.ATT, false", "HERE, true", "Mail.HERE, true", "'(HERE)', true"})
    void constantWithAPlaceholderShouldBecomeASetting(String constant, boolean first) {
        Project after = moved(new FromSpringRetry(true), first, "@Retryable(maxAttemptsExpression = " + constant + ")");

        assertThat(after.files().get(YAML)).contains("\"[Mail.send]\":", "max-attempts: ${mail.attempts:5}");
    }

    @Test
    void concatenationWithConstantsShouldBecomeASetting() {
        Project after = moved(
                new FromSpringRetry(true),
                true,
                "@Retryable(maxAttemptsExpression = Defaults.PREFIX + \"attempts\" + \":5}\")");

        assertThat(after.files().get(YAML)).contains("max-attempts: ${mail.attempts:5}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"maxAttemptsExpression", "resetTimeoutExpression"})
    void constantOfACircuitShouldNotVanish(String attribute) {
        Project after = moved(new FromSpringRetry(true), true, "@CircuitBreaker(" + attribute + " = Defaults.ATT)");

        assertThat(after.files().get(YAML) + after.files().get(MAIL)).contains("${mail.attempts:5}");
    }

    @ParameterizedTest
    @CsvSource({
        "Retryable, multiplierString, backoff-multiplier",
        "ConcurrencyLimit, limitString, max-concurrent",
    })
    void constantOfSpringFrameworkShouldBecomeASetting(String type, String attribute, String setting) {
        Project after = moved(new FromSpringFramework7(true), true, "@" + type + "(" + attribute + " = Defaults.ATT)");

        assertThat(after.files().get(YAML)).contains(setting + ": ${mail.attempts:5}");
    }

    @Test
    void constantLabelShouldBeTheNameOfTheInstance() {
        Project after = moved(
                new FromSpringRetry(true),
                true,
                "@Retryable(label = Defaults.LABEL, maxAttemptsExpression = \"${mail.attempts:5}\")");

        assertThat(after.files().get(YAML)).contains("mail:\n        max-attempts: ${mail.attempts:5}");
    }

    @ParameterizedTest
    @CsvSource({"RANDOM, equal", "FIXED, none"})
    void constantWordShouldBecomeAnArgument(String constant, String jitter) {
        Project after = moved(
                new FromSpringRetry(false),
                true,
                "@Retryable(backoff = @Backoff(delay = 5, multiplier = 2, random = Defaults." + constant + "))");

        assertThat(after.files().get(MAIL)).contains("jitter = \"" + jitter + "\"");
    }

    @Test
    void unknownWordShouldBeListed() {
        Project after =
                moved(new FromSpringRetry(false), true, "@Retryable(backoff = @Backoff(random = Defaults.NEW))");

        assertThat(after.left()).anyMatch(left -> left.contains("random = Defaults.NEW"));
    }

    @Test
    void emptyConstantShouldLeaveTheNumber() {
        Project after = moved(
                new FromSpringRetry(false), true, "@Retryable(maxAttempts = 6, maxAttemptsExpression = Defaults.NONE)");

        assertThat(after.files().get(MAIL)).contains("maxAttempts = 6");
    }

    @Test
    void zeroAsAConstantShouldBeNoJitter() {
        Project after = moved(new FromSpringFramework7(false), true, "@Retryable(jitter = Defaults.ZERO)");

        assertThat(after.files().get(MAIL)).contains("jitter = \"none\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"#{4}\"", "\"#{ 4 }\"", "\"#{\" + Defaults.FOUR + \"}\""})
    void expressionThatIsANumberShouldBeTheNumber(String expression) {
        Project after =
                moved(new FromSpringRetry(false), true, "@Retryable(maxAttemptsExpression = " + expression + ")");

        assertThat(after.files().get(MAIL)).contains("maxAttempts = 4");
        assertThat(after.left()).isEmpty();
    }

    private static final String NAMES = """
        package %s;

        public final class Names {
            public static final String X = "%s";

            public static final class Inner {
                public static final String X = "%sInner";
            }
        }
        """;

    private static final String POOLS = "resilience4j.thread-pool-bulkhead.configs.default.maxThreadPoolSize: 3\n";

    private static String pooled(String imports, String name) {
        return """
            package app;

            %s
            import io.github.resilience4j.bulkhead.annotation.Bulkhead;
            import java.util.concurrent.CompletableFuture;

            class Mail {
                @Bulkhead(name = %s, type = Bulkhead.Type.THREADPOOL)
                public CompletableFuture<String> send() {
                    return null;
                }
            }
            """.formatted(imports, name);
    }

    @ParameterizedTest
    @CsvSource({
        "'', Names.X, own",
        "'', app.Names.X, own",
        "'', Names.Inner.X, ownInner",
        "import static app.Names.X;, X, own",
        "import api.Names;, Names.X, other",
        "import api.*;, api.Names.X, other",
        "import static api.Names.*;, X, other",
    })
    void constantShouldBeThatOfItsClass(String imports, String name, String instance) {
        Project after = new Project()
                .with("app/src/main/java/app/Names.java", NAMES.formatted("app", "own", "own"))
                .with("api/src/main/java/api/Names.java", NAMES.formatted("api", "other", "other"))
                .with(MAIL, pooled(imports, name))
                .with(YAML, POOLS)
                .after(new FromResilience4j(true));

        assertThat(after.files().get(YAML)).contains("      " + instance + ":\n        max-concurrent: 3");
    }

    @Test
    void constantShouldBeThatOfItsModule() {
        Project after = new Project()
                .with("app/src/main/java/app/Names.java", NAMES.formatted("app", "own", "own"))
                .with("api/src/main/java/app/Names.java", NAMES.formatted("app", "other", "other"))
                .with(MAIL, pooled("", "Names.X"))
                .with(YAML, POOLS)
                .after(new FromResilience4j(true));

        assertThat(after.files().get(YAML)).contains("      own:\n        max-concurrent: 3");
    }

    @ParameterizedTest
    @CsvSource({"Kind.X, Kind.X", "\"${mail.pool}\", ${mail.pool}"})
    void unknownNameOfAThreadPoolShouldBeListed(String name, String shown) {
        Project after =
                new Project().with(MAIL, pooled("", name)).with(YAML, POOLS).after(new FromResilience4j(true));

        assertThat(after.left())
                .anyMatch(left ->
                        left.startsWith(MAIL + " @Bulkhead(name = " + shown + ", type = THREADPOOL): The value"));
        assertThat(after.files().get(YAML)).doesNotContain("{mail.pool}");
    }

    @Test
    void defaultOfAPlaceholderShouldBeTheNameOfAThreadPool() {
        Project after = new Project()
                .with(MAIL, pooled("", "\"${mail.pool:slow}\""))
                .with(YAML, POOLS)
                .after(new FromResilience4j(true));

        assertThat(after.files().get(YAML)).contains("      slow:\n        max-concurrent: 3");
    }
}
