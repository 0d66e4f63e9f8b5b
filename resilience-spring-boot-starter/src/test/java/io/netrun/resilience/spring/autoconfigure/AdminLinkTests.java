package io.netrun.resilience.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import de.codecentric.boot.admin.client.registration.Application;
import de.codecentric.boot.admin.client.registration.ApplicationFactory;
import de.codecentric.boot.admin.client.registration.ApplicationRegistrator;
import de.codecentric.boot.admin.client.registration.RegistrationClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the client of Spring Boot Admin registers, with a server that only remembers it. */
class AdminLinkTests {

    private static final String LABEL = "sidebar.links.0.label";
    private static final String URL = "sidebar.links.0.url";
    private static final String INSTANCE = "--spring.boot.admin.client.instance.";

    /** The server of Spring Boot Admin. */
    static class Admin implements RegistrationClient {

        private final List<Application> registered = new ArrayList<>();

        @Override
        public String register(String adminUrl, Application self) {
            registered.add(self);
            return "id";
        }

        @Override
        public void deregister(String adminUrl, String id) {}
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Shop {

        @Bean
        Admin admin() {
            return new Admin();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--management.endpoints.web.base-path=/actuator",
                "--management.endpoints.web.base-path=/",
                "--management.endpoints.web.base-path=/manage",
                "--management.endpoints.web.path-mapping.resilienceui=ops/page",
                "--server.servlet.context-path=/shop",
                "--spring.mvc.servlet.path=/mvc",
                "--management.server.port=0"
            })
    void linkShouldOpenTheDashboardOfTheInstance(String property) throws Exception {
        try (ConfigurableApplicationContext shop = start(property)) {
            Map<String, String> links = links(shop);
            assertThat(links).containsOnlyKeys(LABEL, URL).containsEntry(LABEL, "Resilience");
            assertThat(body(links.get(URL))).contains("<title>Resilience</title>");
            assertThat(links(shop)).as("registered again").isEqualTo(links);
        }
    }

    @Test
    void linkShouldFollowPathsOfTheManagementAndItsPort() throws Exception {
        try (ConfigurableApplicationContext shop = start(
                "--management.server.port=0",
                "--management.server.base-path=/ops",
                "--management.endpoints.web.base-path=/manage",
                "--management.endpoints.web.path-mapping.resilienceui=look at/this")) {
            String url = links(shop).get(URL);
            assertThat(url)
                    .endsWith("/ops/manage/look%20at/this")
                    .contains(":" + shop.getEnvironment().getProperty("local.management.port") + "/");
            assertThat(body(url)).contains("<title>Resilience</title>");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://proxy.example/shop/actuator", "https://proxy.example/shop/actuator/"})
    void linkShouldGoWhereTheInstanceIsRegistered(String management) {
        try (ConfigurableApplicationContext shop = start(INSTANCE + "management-url=" + management)) {
            assertThat(links(shop)).containsEntry(URL, "https://proxy.example/shop/actuator/resilienceui");
        }
    }

    @Test
    void linksOfTheApplicationShouldComeFirst() {
        try (ConfigurableApplicationContext shop = start(
                INSTANCE + "metadata.sidebar.links.0.label=Wiki",
                INSTANCE + "metadata.sidebar.links.0.url=https://wiki.example",
                INSTANCE + "metadata.sidebar.links.1.url=https://logs.example",
                INSTANCE + "metadata.tags.environment=test")) {
            assertThat(links(shop))
                    .containsEntry(LABEL, "Wiki")
                    .containsEntry(URL, "https://wiki.example")
                    .containsEntry("sidebar.links.1.url", "https://logs.example")
                    .containsEntry("sidebar.links.2.label", "Resilience")
                    .hasSize(5);
            assertThat(metadata(shop)).containsEntry("tags.environment", "test");
        }
    }

    @Test
    void linkThatIsThereShouldNotBeRepeated() {
        try (ConfigurableApplicationContext shop = start(
                INSTANCE + "management-url=https://shop.example/actuator",
                INSTANCE + "metadata.sidebar.links.0.label=Circuits",
                INSTANCE + "metadata.sidebar.links.0.url=https://shop.example/actuator/resilienceui")) {
            assertThat(links(shop)).hasSize(2).containsEntry(LABEL, "Circuits");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--management.endpoints.web.exposure.exclude=resilienceui",
                "--management.endpoint.resilience.access=none",
                "--spring.autoconfigure.exclude=io.netrun.resilience.spring.autoconfigure.ResilienceAdminAutoConfiguration"
            })
    void applicationWithoutThePageShouldHaveNoLink(String property) {
        try (ConfigurableApplicationContext shop = start(property)) {
            assertThat(links(shop)).isEmpty();
        }
    }

    @Test
    void applicationWithoutTheClientShouldStart() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        ResilienceAutoConfiguration.class,
                        ResilienceEndpointAutoConfiguration.class,
                        ResilienceDashboardAutoConfiguration.class,
                        ResilienceAdminAutoConfiguration.class))
                .withInitializer(
                        context -> context.getEnvironment().setConversionService(new ApplicationConversionService()))
                .withClassLoader(new FilteredClassLoader("de.codecentric"))
                .withPropertyValues("management.endpoints.web.exposure.include=resilience,resilienceui")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean("resilienceAdminLink")
                        .hasBean("resilienceDashboard"));
    }

    @Test
    void clientWithoutAnAdminShouldHaveNoLink() {
        new WebApplicationContextRunner()
                .withUserConfiguration(Plain.class)
                .withPropertyValues("management.endpoints.web.exposure.include=resilience,resilienceui")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(ApplicationFactory.class)
                        .doesNotHaveBean("resilienceAdminLink"));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Plain {}

    private static ConfigurableApplicationContext start(String... properties) {
        List<String> all = new ArrayList<>(List.of(
                "--server.port=0",
                "--server.address=127.0.0.1",
                "--spring.boot.admin.client.url=http://admin.example",
                "--spring.boot.admin.client.auto-registration=false",
                "--management.endpoints.web.exposure.include=health,resilience,resilienceui"));
        all.addAll(List.of(properties));
        return new SpringApplicationBuilder(Shop.class)
                .web(WebApplicationType.SERVLET)
                .run(all.toArray(String[]::new));
    }

    /** What the client registers. */
    private static Map<String, String> metadata(ConfigurableApplicationContext shop) {
        shop.getBean(ApplicationRegistrator.class).register();
        List<Application> registered = shop.getBean(Admin.class).registered;
        return registered.get(registered.size() - 1).getMetadata();
    }

    private static Map<String, String> links(ConfigurableApplicationContext shop) {
        Map<String, String> links = new TreeMap<>(metadata(shop));
        links.keySet().removeIf(key -> !key.startsWith("sidebar."));
        return links;
    }

    private static String body(String url) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
