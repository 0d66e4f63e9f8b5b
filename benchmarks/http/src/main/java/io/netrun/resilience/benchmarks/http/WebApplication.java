package io.netrun.resilience.benchmarks.http;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.web.embedded.netty.NettyReactiveWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * A web application whose handler calls a bean that one of the libraries protects, or none. Its arguments are the
 * library, {@code servlet} or {@code reactive}, and Spring properties.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({Handler.class, WebApplication.Reactive.class})
public class WebApplication {

    /** What protects the bean. */
    enum Library {
        NONE(Answers.Plain.class, ""),
        NETRUN(Answers.Netrun.class, "io.netrun.resilience.spring"),
        RESILIENCE4J(Answers.Resilience4j.class, "io.github.resilience4j");

        private final Class<? extends Answers> bean;

        /** Where the library's auto-configurations are. */
        private final String home;

        Library(Class<? extends Answers> bean, String home) {
            this.bean = bean;
            this.home = home;
        }

        private boolean owns(String autoConfiguration) {
            return this != NONE && autoConfiguration.startsWith(home);
        }
    }

    public static void main(String[] arguments) {
        Library library = Library.valueOf(arguments[0].toUpperCase(Locale.ROOT));
        new SpringApplicationBuilder(WebApplication.class, library.bean)
                .web(WebApplicationType.valueOf(arguments[1].toUpperCase(Locale.ROOT)))
                .properties(
                        "spring.main.banner-mode=off",
                        "logging.level.root=warn",
                        "resilience.bulkhead.defaults.max-concurrent=1000",
                        "resilience4j.bulkhead.configs.default.max-concurrent-calls=1000",
                        "spring.autoconfigure.exclude=" + String.join(",", ofOthers(library)))
                .run(Arrays.copyOfRange(arguments, 2, arguments.length));
    }

    private static List<String> ofOthers(Library library) {
        List<Library> others =
                Stream.of(Library.values()).filter(other -> other != library).toList();
        return StreamSupport.stream(
                        ImportCandidates.load(AutoConfiguration.class, null).spliterator(), false)
                .filter(name -> others.stream().anyMatch(other -> other.owns(name)))
                .toList();
    }

    /** Netty, although Tomcat is there, too. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
    static class Reactive {

        @Bean
        NettyReactiveWebServerFactory server() {
            return new NettyReactiveWebServerFactory();
        }
    }
}
