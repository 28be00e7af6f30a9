import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.SnapshotGeneratingValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;

/** Reads one R4 resource a line and writes what HAPI finds: line number from 1, severity, place, message, parted by tabs. */
public final class Validate {
  public static void main(String[] arguments) throws Exception {
    var context = FhirContext.forR4();
    var support = new ValidationSupportChain(
        new DefaultProfileValidationSupport(context), new CommonCodeSystemsTerminologyService(context),
        new InMemoryTerminologyServerValidationSupport(context), new SnapshotGeneratingValidationSupport(context));
    var validator = context.newValidator().registerValidatorModule(new FhirInstanceValidator(support));
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    int number = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      number += 1;
      for (var found : validator.validateWithResult(line).getMessages())
        System.out.println(String.join("\t", String.valueOf(number), found.getSeverity().getCode(),
            String.valueOf(found.getLocationString()), found.getMessage().replaceAll("\\s+", " ")));
    }
    // The last line says that nothing was cut off.
    System.out.println(number + "\tread");
  }
}
