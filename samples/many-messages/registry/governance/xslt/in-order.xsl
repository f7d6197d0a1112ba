<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"
                xmlns:apns="urn:org.wso2.carbon.connector.apns">
    <xsl:template match="/apns:pushMessagesResult">
        <xsl:copy>
            <xsl:apply-templates select="apns:result">
                <xsl:sort select="@number" data-type="number"/>
            </xsl:apply-templates>
        </xsl:copy>
    </xsl:template>
    <xsl:template match="@* | node()">
        <xsl:copy>
            <xsl:apply-templates select="@* | node()"/>
        </xsl:copy>
    </xsl:template>
    <xsl:template match="@number"/>
</xsl:stylesheet>
