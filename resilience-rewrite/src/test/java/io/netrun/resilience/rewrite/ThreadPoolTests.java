package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bulkheads with thread pools, whose methods become asynchronous. */
class ThreadPoolTests {

    private static final String IMPORTS = "package shop;\n"
            + "import io.github.resilience4j.bulkhead.annotation.Bulkhead;\n"
            + "import java.util.concurrent.CompletableFuture;\n";

    private static final String POOL = IMPORTS + "public class Pooled {\n"
            + "    @Bulkhead(name = \"p\", type = Bulkhead.Type.THREADPOOL)\n"
            + "    public CompletableFuture<String> call() { return null; }\n}\n";

    private static final String MAIN = "package shop;\n"
            + "import org.springframework.boot.autoconfigure.SpringBootApplication;\n"
            + "@SpringBootApplication\npublic class App {}\n";

    private static Project moved(Project project) {
        return project.after(new FromResilience4j(true));
    }

    @Test
    void methodOfAPoolOfTheClassShouldBeAsync() {
        Project moved = moved(new Project()
                .with("src/main/java/shop/App.java", MAIN)
                .with("src/main/java/shop/Pooled.java", IMPORTS + """
                        @Bulkhead(name = "p", type = Bulkhead.Type.THREADPOOL)
                        public class Pooled {
                            public CompletableFuture<String> call() { return null; }
                            <T> CompletableFuture<T> of(T value) { return null; }
                            CompletableFuture<String> inside() { return null; }
                            private CompletableFuture<String> own() { return null; }
                        }
                        """));
        assertThat(moved.files().get("src/main/java/shop/Pooled.java"))
                .contains("@Bulkhead(name = \"p\")\npublic class Pooled")
                .contains("    @Async\n    public CompletableFuture<String> call()")
                .contains("    @Async\n    <T> CompletableFuture<T> of(T value)")
                .contains("    @Async\n    CompletableFuture<String> inside()")
                .doesNotContain("@Async\n    private");
        assertThat(moved.files().get("src/main/java/shop/App.java")).contains("@EnableAsync");
        assertThat(moved.left())
                .anyMatch(row -> row.contains("@Bulkhead(type = THREADPOOL) at Pooled")
                        && row.contains("It is on call, of, inside."));
    }

    @Test
    void methodWithoutAFutureInAClassWithAPoolShouldBeLeft() {
        Project moved = moved(new Project().with("src/main/java/shop/Pooled.java", IMPORTS + """
                        @Bulkhead(name = "p", type = Bulkhead.Type.THREADPOOL)
                        public class Pooled {
                            public String call() { return null; }
                            public java.util.concurrent.CompletionStage<String> stage() { return null; }
                        }
                        """));
        assertThat(moved.files().get("src/main/java/shop/Pooled.java")).doesNotContain("@Async");
        assertThat(moved.left())
                .anyMatch(row ->
                        row.contains("at Pooled: These return no CompletableFuture") && row.contains("call, stage."));
    }

    @Test
    void methodOfAPoolWithABulkheadOfItsOwnShouldStay() {
        Project moved = moved(new Project().with("src/main/java/shop/Pooled.java", IMPORTS + """
                        @Bulkhead(name = "p", type = Bulkhead.Type.THREADPOOL, fallbackMethod = "late")
                        public class Pooled {
                            @Bulkhead(name = "q")
                            public CompletableFuture<String> call() { return null; }
                            public CompletableFuture<String> late(Exception failure) { return null; }
                            public Object within() {
                                return new Object() {
                                    public CompletableFuture<String> own() { return null; }
                                };
                            }
                        }
                        """));
        assertThat(moved.files().get("src/main/java/shop/Pooled.java")).doesNotContain("@Async");
    }

    @Test
    void poolOfAnInterfaceWithClassesShouldMakeNothingAsync() {
        Project moved = moved(new Project().with("src/main/java/shop/Api.java", IMPORTS + """
                        @Bulkhead(name = "p", type = Bulkhead.Type.THREADPOOL)
                        public interface Api {
                            CompletableFuture<String> call();
                        }
                        class Client implements Api {
                            public CompletableFuture<String> call() { return null; }
                        }
                        """));
        assertThat(moved.files().get("src/main/java/shop/Api.java"))
                .doesNotContain("@Async")
                .doesNotContain("@Bulkhead");
    }

    @ParameterizedTest
    @CsvSource({"SpringBootApplication", "EnableAutoConfiguration", "SpringBootConfiguration"})
    void applicationShouldEnableAsync(String annotation) {
        Project moved = moved(new Project()
                .with("src/main/java/shop/Pooled.java", POOL)
                .with("src/main/java/shop/App.java", MAIN.replace("SpringBootApplication", annotation)));
        assertThat(moved.files().get("src/main/java/shop/App.java"))
                .contains("@" + annotation + "\n@EnableAsync\npublic class App");
        assertThat(moved.left()).noneMatch(row -> row.contains("enables @Async"));
    }

    @Test
    void applicationOfAnotherModuleShouldEnableAsync() {
        Project moved = moved(new Project()
                .with("client/pom.xml", Poms.pom("client"))
                .with("app/pom.xml", Poms.pom("app", Poms.module("client")))
                .with("client/src/main/java/shop/Pooled.java", POOL)
                .with("app/src/main/java/shop/App.java", MAIN));
        assertThat(moved.files().get("app/src/main/java/shop/App.java")).contains("@EnableAsync");
        assertThat(moved.left()).noneMatch(row -> row.contains("enables @Async"));
    }

    @Test
    void asyncThatIsEnabledElsewhereShouldSuffice() {
        Project moved = moved(new Project()
                .with("src/main/java/shop/Pooled.java", POOL)
                .with("src/main/java/shop/App.java", MAIN)
                .with(
                        "src/main/java/shop/Tasks.java",
                        "package shop;\nimport org.springframework.scheduling.annotation.EnableAsync;\n"
                                + "@EnableAsync\nclass Tasks {}\n"));
        assertThat(moved.files().get("src/main/java/shop/App.java")).isEqualTo(MAIN);
        assertThat(moved.left()).noneMatch(row -> row.contains("enables @Async"));
    }

    @Test
    void asyncThatIsEnabledInXmlShouldSuffice() {
        Project moved = moved(new Project()
                .with("src/main/java/shop/Pooled.java", POOL)
                .with("src/main/java/shop/App.java", MAIN)
                .with(
                        "src/main/resources/tasks.xml",
                        "<beans xmlns:task=\"http://www.springframework.org/schema/task\">"
                                + "<task:annotation-driven/></beans>\n"));
        assertThat(moved.files().get("src/main/java/shop/App.java")).isEqualTo(MAIN);
        assertThat(moved.left()).noneMatch(row -> row.contains("enables @Async"));
    }

    @Test
    void asyncThatIsEnabledUnderAConditionShouldBeLeft() {
        Project moved = moved(new Project()
                .with("src/main/java/shop/Pooled.java", POOL)
                .with("src/main/java/shop/App.java", MAIN)
                .with(
                        "src/main/java/shop/Tasks.java",
                        "package shop;\n@org.springframework.context.annotation.Profile(\"prod\")\n"
                                + "@org.springframework.scheduling.annotation.EnableAsync\nclass Tasks {}\n"));
        assertThat(moved.left())
                .anyMatch(row -> row.contains(
                        "Pooled.java @Async: @EnableAsync in src/main/java/shop/Tasks.java is under" + " a condition"));
    }

    @Test
    void applicationInKotlinShouldBeLeftToEnableAsync() {
        Project moved = moved(new Project()
                .with("src/main/java/shop/Pooled.java", POOL)
                .with("src/main/kotlin/shop/App.kt", "package shop\n\n@SpringBootApplication\nclass App\n"));
        assertThat(moved.left())
                .anyMatch(row -> row.contains("Pooled.java @Async")
                        && row.contains("@EnableAsync to src/main/kotlin/shop/App.kt"));
    }

    @Test
    void asyncThatNothingEnablesShouldBeLeft() {
        Project moved = moved(new Project().with("src/main/java/shop/Pooled.java", POOL));
        assertThat(moved.left())
                .anyMatch(row -> row.contains("Pooled.java @Async: Nothing that the recipe can see enables @Async"));
    }

    @Test
    void applicationInKotlinShouldHaveTheDefaults() {
        Project moved = moved(new Project()
                .with("client/pom.xml", Poms.pom("client"))
                .with("app/pom.xml", Poms.pom("app", Poms.module("client")))
                .with("client/src/main/java/shop/Pooled.java", POOL)
                .with("app/src/main/kotlin/shop/App.kt", "package shop\n\n@SpringBootApplication\nclass App\n"));
        assertThat(moved.files().keySet()).contains("app/src/main/resources/application.yml");
    }
}
