package io.netrun.resilience.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockHttpServletRequest;

/** Jersey, as the web application, reads the parameters of a request from its query. */
class ServletParametersTests {

    private static MockHttpServletRequest request(String method, String query, String parameter) {
        MockHttpServletRequest request = new MockHttpServletRequest(method, "/actuator/resilience/bulkhead/reports");
        request.setQueryString(query);
        request.setParameter(parameter, "other");
        return request;
    }

    @ParameterizedTest
    @CsvSource({
        "name=other, name, unknown=%3Fname",
        "%6eame=other, name, unknown=%3Fname",
        "name, name, unknown=%3Fname",
        "x=1&name=other&y=a%26b, name, x=1&y=a%26b&unknown=%3Fname",
        "scope=fleet&name=other, scope, unknown=%3Fscope",
        "unknown=x, unknown, unknown=%3Funknown",
        "%zz=1&name=other, name, unknown=%3Fname"
    })
    void queryOfAChangeShouldReportTheHiddenParameter(String query, String parameter, String expected) {
        assertThat(ServletParameters.hide(request("POST", query, parameter)).getQueryString())
                .isEqualTo(expected);
    }

    @Test
    void queryOfAReadShouldHideTheParameter() {
        assertThat(ServletParameters.hide(request("GET", "name=other&x=1", "name"))
                        .getQueryString())
                .isEqualTo("x=1");
    }

    @Test
    void queryWithoutSuchParametersShouldStayAsItIs() {
        assertThat(ServletParameters.hide(request("POST", "x=%20&y", "x")).getQueryString())
                .isEqualTo("x=%20&y");
    }
}
