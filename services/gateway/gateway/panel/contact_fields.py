"""What a partner can show resellers of itself, in words."""

from lineup.contracts.accounts.partner_directory import ContactField

CONTACT_FIELDS = {
    ContactField.CONTACT: "Contact person",
    ContactField.EMAIL: "Email",
    ContactField.PHONE: "Phone",
    ContactField.ADDRESS: "Postal address",
}
