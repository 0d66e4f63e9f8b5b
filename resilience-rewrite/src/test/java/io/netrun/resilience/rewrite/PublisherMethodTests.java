package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Annotations of resilience4j on methods whose publishers its aspects did not know. */
class PublisherMethodTests {

    private static final String ASPECTJ = "org.aspectj.lang.ProceedingJoinPoint";

    private static final String REACTOR = "io.github.resilience4j.reactor.AbstractSubscriber";

    private static final String NOTHING = "";

    private static final String APPLICATION =
            "import org.springframework.boot.autoconfigure.SpringBootApplication; @SpringBootApplication class App {}";

    private static String reactor(String more) {
        return Poms.dependency("io.github.resilience4j", "resilience4j-reactor", "1", more);
    }

    private static String calls(String imported, String onClass, String onMethod, String type) {
        return """
            import io.github.resilience4j.bulkhead.annotation.Bulkhead;
            import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;
            import io.github.resilience4j.ratelimiter.annotation.RateLimiter;
            import io.github.resilience4j.retry.annotation.Retry;
            import io.github.resilience4j.timelimiter.annotation.TimeLimiter;
            import %s;

            %s
            public class Calls {
                %s
                public %s ask() {
                    return null;
                }
            }
            """.formatted(imported, onClass, onMethod, type);
    }

    private static Project project(String more, String onMethod) {
        return new Project()
                .with("pom.xml", Poms.pom("app", Poms.RESILIENCE4J, more))
                .with(
                        "src/main/java/Calls.java",
                        calls("reactor.core.publisher.Mono", NOTHING, onMethod, "Mono<String>"))
                .withTypes(ASPECTJ);
    }

    private static List<String> left(Project before) {
        return before.after(new FromResilience4j(false)).left().stream()
                .filter(row -> row.contains(" annotations on methods with a "))
                .toList();
    }

    @Test
    void methodsWithoutTheModuleOfReactorShouldBeListed() {
        assertThat(left(project(NOTHING, "@Retry(name = \"mono\", fallbackMethod = \"other\")")))
                .singleElement()
                .asString()
                .startsWith("pom.xml annotations on methods with a Mono, without resilience4j-reactor: ")
                .contains(
                        "a failure that it signals was not retried, no fallback replaced its failure.",
                        "The methods are Calls.ask.",
                        "set resilience.fallback.instances.[Calls.ask].enabled, resilience.retry.instances.mono.enabled to false");
    }

    @ParameterizedTest
    @CsvSource({
        "Retry, a failure that it signals was not retried",
        "CircuitBreaker, a circuit breaker counted each call as a success at once",
        "Bulkhead, a bulkhead had its permit back at once",
        "RateLimiter, a rate limiter took a permit for the call",
        "TimeLimiter, a time limiter threw IllegalReturnTypeException at each call",
    })
    void whatAnAspectDidShouldBeNamed(String annotation, String effect) {
        assertThat(left(project(NOTHING, "@" + annotation + "(name = \"a\")")))
                .singleElement()
                .asString()
                .contains(effect);
    }

    @Test
    void methodsWithTheModuleShouldNotBeListed() {
        assertThat(left(project(NOTHING, "@Retry(name = \"a\")").withTypes(REACTOR)))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<scope>runtime</scope>", "<optional>true</optional>"})
    void moduleThatTheBuildDeclaresShouldCount(String more) {
        assertThat(left(project(reactor(more), "@Retry(name = \"a\")"))).isEmpty();
    }

    @Test
    void moduleOfTestsShouldNotCount() {
        assertThat(left(project(reactor("<scope>test</scope>"), "@Retry(name = \"a\")")))
                .hasSize(1);
    }

    @Test
    void reactiveStarterOfSpringCloudShouldCount() {
        String starter = Poms.dependency(
                "org.springframework.cloud", "spring-cloud-starter-circuitbreaker-reactor-resilience4j", "1");

        assertThat(left(project(starter, "@Retry(name = \"a\")"))).isEmpty();
    }

    @Test
    void moduleOfAProfileShouldBeNamed() {
        Project before = project(NOTHING, "@Retry(name = \"a\")");
        before.with(
                "pom.xml",
                Poms.pom("app", Poms.RESILIENCE4J)
                        .replace(
                                "</project>",
                                "<profiles><profile><id>web</id><dependencies>" + reactor("")
                                        + "</dependencies></profile></profiles></project>"));

        assertThat(left(before)).singleElement().asString().contains("not on the class path without the profile web");
    }

    @ParameterizedTest
    @CsvSource({
        "io.reactivex.rxjava3.core.Single, Single<String>, resilience4j-rxjava3",
        "io.reactivex.Completable, Completable, resilience4j-rxjava2",
        "reactor.core.publisher.*, Flux<String>, resilience4j-reactor",
    })
    void otherPublishersShouldBeListed(String imported, String type, String module) {
        Project before = project(NOTHING, NOTHING)
                .with("src/main/java/Calls.java", calls(imported, NOTHING, "@Retry(name = \"a\")", type));

        assertThat(left(before)).singleElement().asString().contains("without " + module + ": ");
    }

    @ParameterizedTest
    @CsvSource({
        "org.reactivestreams.Publisher, Publisher<String>",
        "io.smallrye.mutiny.Uni, Uni<String>",
        "reactor.core.publisher.ParallelFlux, ParallelFlux<String>",
    })
    void publishersThatNoAspectKnowsShouldBeListed(String imported, String type) {
        Project before = project(reactor(""), NOTHING)
                .with("src/main/java/Calls.java", calls(imported, NOTHING, "@Retry(name = \"a\")", type));

        assertThat(left(before)).singleElement().asString().contains("resilience4j has no aspect for a ");
    }

    @ParameterizedTest
    @CsvSource({"java.util.List, List<Mono>", "com.acme.Single, Single<String>", "com.acme.Publisher, Publisher"})
    void otherTypesShouldNotBeListed(String imported, String type) {
        Project before = project(NOTHING, NOTHING)
                .with("src/main/java/Calls.java", calls(imported, NOTHING, "@Retry(name = \"a\")", type));

        assertThat(left(before)).isEmpty();
    }

    @Test
    void methodOfAnAnnotatedClassShouldBeListed() {
        Project before = project(NOTHING, NOTHING)
                .with(
                        "src/main/java/Calls.java",
                        calls("reactor.core.publisher.Mono", "@Retry(name = \"all\")", NOTHING, "Mono<String>"));

        assertThat(left(before)).singleElement().asString().contains("resilience.retry.instances.all.enabled");
    }

    @Test
    void annotationsWithoutAspectsShouldBeListedAsThatAlone() {
        Project before = project(NOTHING, "@Retry(name = \"a\")");
        before.classPath().clear();

        assertThat(left(before.withTypes("java.lang.String"))).isEmpty();
    }

    @Test
    void bodyShouldNotBeListedWhereNothingWasRetried() {
        String body = calls("reactor.core.publisher.Mono", NOTHING, "@Retry(name = \"a\")", "Mono<String>")
                .replace("return null;", "System.out.println(); return null;");
        Project before = project(NOTHING, NOTHING).with("src/main/java/Calls.java", body);

        assertThat(before.after(new FromResilience4j(false)).left()).noneMatch(row -> row.contains("is called once"));
    }

    private static Project modules(String ofLibrary, String ofApplication) {
        return new Project()
                .with("lib/pom.xml", Poms.pom("lib", Poms.RESILIENCE4J, ofLibrary))
                .with(
                        "lib/src/main/java/Calls.java",
                        calls("reactor.core.publisher.Mono", NOTHING, "@Retry(name = \"a\")", "Mono<String>"))
                .with("app/pom.xml", Poms.pom("app", Poms.RESILIENCE4J, Poms.module("lib"), ofApplication))
                .with("app/src/main/java/App.java", APPLICATION)
                .withTypes(ASPECTJ);
    }

    @Test
    void methodsOfALibraryShouldBeThoseOfItsApplication() {
        assertThat(left(modules(NOTHING, NOTHING)))
                .singleElement()
                .asString()
                .startsWith("app/pom.xml ")
                .contains("Calls.ask");
    }

    @Test
    void moduleOfTheApplicationShouldCountForItsLibraries() {
        assertThat(left(modules(NOTHING, reactor("")))).isEmpty();
    }

    @Test
    void moduleOfALibraryShouldCountForItsApplication() {
        assertThat(left(modules(reactor("<scope>runtime</scope>"), NOTHING))).isEmpty();
    }

    @Test
    void optionalModuleOfALibraryShouldNotCount() {
        assertThat(left(modules(reactor("<optional>true</optional>"), NOTHING))).hasSize(1);
    }

    private static Project gradle(String line) {
        Project before = project(NOTHING, "@Retry(name = \"a\")");
        before.files().remove("pom.xml");
        return before.with("settings.gradle", "rootProject.name = 'a'\n").with("build.gradle", """
                dependencies {
                    implementation 'io.github.resilience4j:resilience4j-spring-boot3:2.3.0'
                    %s
                }
                """.formatted(line));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "runtimeOnly 'io.github.resilience4j:resilience4j-reactor:2.3.0'",
                "implementation(libs.resilience4j.reactor)",
                "implementation group: 'io.github.resilience4j', name: 'resilience4j-reactor', version: '2.3.0'",
            })
    void moduleOfAGradleBuildShouldCount(String line) {
        assertThat(left(gradle(line))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "// implementation 'io.github.resilience4j:resilience4j-reactor:2.3.0'",
                "testImplementation 'io.github.resilience4j:resilience4j-reactor:2.3.0'",
                "compileOnly 'io.github.resilience4j:resilience4j-reactor:2.3.0'",
            })
    void otherLinesOfAGradleBuildShouldNotCount(String line) {
        assertThat(left(gradle(line))).hasSize(1);
    }
}
